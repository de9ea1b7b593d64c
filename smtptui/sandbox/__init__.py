"""The four dialects as real HTTP servers, and real SMTP servers, on loopback.

An independent witness: written from the providers' rules alone, it shares no code with the adapters that it
serves, so that a mistake cannot hide by being made twice. Start it with ``python -m smtptui.sandbox``, or from
Python with ``running.RunningSandbox``. Base URLs: ``/blue/graphql``, ``/pipefy`` (``/graphql``,
``/internal_api``, ``/oauth/token``), ``/sendmux/api/v1``, ``/idp`` (both variants).

Inspection, all JSON; a mistake in what is posted is answered 400 with the reason and changes nothing:

- ``GET /__sandbox__/state``: ``{ACCOUNT: [record in wire names, with its password]}``; a Pipefy record carries
  its senders as ``smtpCustomEmails``
- ``GET /__sandbox__/requests``: ``[{n, account, operation, kind, method, path, query, variables, body, headers}]``
- ``GET | POST /__sandbox__/faults``: the list described in ``faults``; POST replaces it
- ``GET | POST | PUT /__sandbox__/smtp``: the logins that the SMTP servers accept, ``{host: {username: password}}``;
  POST merges (null removes), PUT replaces; the host ``*`` is any host
- ``GET | POST /__sandbox__/resolve``: ``{"host:port": "127.0.0.1:port"}``; POST merges
- ``GET | POST /__sandbox__/access``: the rights and login material of each account; POST changes rights, as in
  ``{"acme-blue": {"role": "MEMBER"}}``
- ``GET /__sandbox__/senders``: every Pipefy sender, those without a configuration too
- ``GET /__sandbox__/mail``: the messages that the SMTP servers accepted
"""
