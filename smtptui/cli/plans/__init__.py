"""How the verbs that execute plans show, confirm and run them."""
