"""What schemathesis meets in the administration API: rows that are there, versions and bodies that fit, and never its own
client."""

import json
import os
import re
import zlib

import schemathesis

seeds = json.loads(os.environ["SEEDS"])
# The client that the run has its token from, and the key that the token was signed with: whatever ended one of these
# would leave only 401 to be looked at.
OWN = frozenset(seeds["own"])
# Rows that stay, so that there is something to read and to change until the end: others are there to be ended.
KEPT = frozenset(seeds["kept"])
ENDS = re.compile(r"DELETE .*|POST .*/(disable|logout|revoke)|PUT .*/(ban|password)")
VERSION = re.compile(r'\*|"[A-Za-z0-9_-]*"')


def number(*parts):
    """The same for the same parts: a run can be repeated."""
    return zlib.crc32(repr(parts).encode(errors="replace"))


def chosen(name, value):
    """Two of three names of rows are of one that is there."""
    rows = seeds["rows"].get(name, [])
    place = number(name, value)
    return rows[place // 3 % len(rows)] if rows and place % 3 else value


def spared(label, names):
    """None of the run's own, and none that stays where the operation ends what its path names last."""
    last = list(names)[-1:] if ENDS.fullmatch(label) else []
    return {
        name: "nobody" if value in OWN or (name in last and value in KEPT) else value
        for name, value in names.items()
    }


# Here and not just before the call: schemathesis takes what changes later for a name that a link gave it, and complains
# when such a row is not there.
@schemathesis.hook
def map_path_parameters(context, path_parameters):
    names = {name: chosen(name, value) for name, value in (path_parameters or {}).items()}
    return spared(context.operation.label, names)


def client(place):
    return {
        "client_name": f"Client {place}", "redirect_uris": [f"https://c{place}.example.test/cb"], "scope": "openid",
        "post_logout_redirect_uris": [], "web_origins": [], "introspects": [],
    }


def api(place):
    return {"name": f"API {place}", "scopes": [{"name": f"s{place}:read"}]}


# Members that keep the rules which no schema says, for every second body; the others of those bodies stay as drawn.
FITTING = {
    "POST /api/v1/users": lambda place: {
        "username": f"u{place}", "email": f"u{place}@example.test", "claims": {}, "roles": ["clerk"], "groups": [],
        "password": f"copper lantern {place}", "admin": False,
    },
    "PATCH /api/v1/users/{sub}": lambda place: {"username": f"u{place}", "email": f"u{place}@example.test", "claims": {"nickname": "N"}},
    "PUT /api/v1/users/{sub}/password": lambda place: {"password": f"copper lantern {place}"},
    "PUT /api/v1/users/{sub}/roles": lambda place: {"roles": [f"role:{place}"]},
    "PUT /api/v1/users/{sub}/groups": lambda place: {"groups": [f"Group {place}"]},
    "PUT /api/v1/users/{sub}/ban": lambda place: {"until": "2100-01-01T00:00:00Z", "reason": "Three payments came back"},
    "POST /api/v1/clients": lambda place: {"type": "web", **client(place)},
    "PUT /api/v1/clients/{client_id}": client,
    "PATCH /api/v1/clients/{client_id}": client,
    "POST /api/v1/clients/{client_id}/secrets": lambda place: {"until": "2100-01-01T00:00:00Z"},
    "POST /api/v1/apis": lambda place: {"identifier": f"https://a{place}.example.test", **api(place)},
    "PUT /api/v1/apis/{id}": api,
    "PATCH /api/v1/apis/{id}": api,
    "PUT /api/v1/settings": lambda place: {"site_name": f"Site {place}", "support_url": None, "privacy_url": None, "terms_url": None},
    "PATCH /api/v1/settings": lambda place: {"site_name": f"Site {place}"},
}
# Drawn, these would never fit the ones above.
LOOSE = {"grant_types", "jwks", "token_endpoint_auth_method", "first_party", "pkce", "signing_alg", "id_token_signed_response_alg"}


def fit(case, place):
    fitting = FITTING.get(case.operation.label)
    if fitting is None or not isinstance(case.body, dict) or place % 2:
        return
    kept = {name: value for name, value in case.body.items() if name not in LOOSE}
    case.body = {**kept, **fitting(place)}


@schemathesis.hook
def before_call(context, case, kwargs):
    # Names that a link gave.
    for name, value in spared(case.operation.label, case.path_parameters or {}).items():
        if value != case.path_parameters[name]:
            case.path_parameters[name] = value
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    place = number(case.operation.label, case.body, case.query)
    fit(case, place)
    # A cursor is only good when the server gave it, and coverage writes versions without their quotes.
    if case.query and case.query.get("cursor"):
        del case.query["cursor"]
    version = (case.headers or {}).get("If-Match")
    if version is not None and not (VERSION.fullmatch(version) and place % 3 == 0):
        case.headers["If-Match"] = "*"
