"""Secret references, the Secret type and the redactor."""
