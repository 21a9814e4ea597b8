"""Keys for what is of no business of strangers: metrics and the reference, where the operator set one."""

import hmac

from flask import request

from api.schemas.problems import Problem, ProblemCode


def demand_key(key: str) -> None:
    """Let only those in who send the key, as a bearer token or as the password of any user.

    A browser asks for the password. Errors: Problem (unauthorized).
    """
    given = request.authorization
    sent = "" if given is None else given.password or given.token or ""
    if key and not hmac.compare_digest(sent.encode(), key.encode()):
        raise Problem(
            ProblemCode.UNAUTHORIZED,
            "This address needs the operator's key.",
            headers={"WWW-Authenticate": 'Basic realm="Kantei", charset="UTF-8"'},
        )
