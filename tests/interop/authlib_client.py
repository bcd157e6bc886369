"""Authlib's OAuth2Session, used as its documentation says, against the running server.

Reads one JSON object on standard input: issuer, client_id, client_secret, redirect_uri, username, password, method.
Prints what it got as one JSON object.
"""

import json
import os
import sys
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"


class Forms(HTMLParser):
    """The forms of a page: by id, where each goes and its hidden fields."""

    def __init__(self, page):
        super().__init__()
        self.found = {}
        self.current = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "form":
            self.current = {"action": facts.get("action", ""), "fields": {}}
            self.found[facts.get("id")] = self.current
        elif tag == "input" and self.current is not None and facts.get("type") == "hidden":
            self.current["fields"][facts["name"]] = facts.get("value", "")


class Visitor:
    """A person with a cookie jar who signs in and allows whatever is asked."""

    def __init__(self, issuer):
        self.issuer = issuer
        self.jar = requests.Session()

    def walk(self, response):
        """Follows redirects within the issuer; the first address outside it ends the walk."""
        while response.is_redirect:
            onward = urljoin(response.url, response.headers["location"])
            if not onward.startswith(self.issuer + "/"):
                return onward, None
            response = self.jar.get(onward, allow_redirects=False)
        return response.url, response.text

    def authorize(self, url, answers):
        where, page = self.walk(self.jar.get(url, allow_redirects=False))
        for _ in range(4):
            if page is None:
                return where
            forms = Forms(page).found
            name = next((name for name in answers if name in forms), None)
            if name is None:
                raise SystemExit(f"no form to fill in at {where}:\n{page}")
            action = urljoin(where, forms[name]["action"])
            fields = {**forms[name]["fields"], **answers[name]}
            where, page = self.walk(self.jar.post(action, data=fields, allow_redirects=False))
        raise SystemExit(f"the sign-in does not end: {where}")


def main():
    given = json.load(sys.stdin)
    metadata = requests.get(given["issuer"] + "/.well-known/openid-configuration", timeout=10).json()
    session = OAuth2Session(
        given["client_id"],
        given["client_secret"],
        scope="openid profile email offline_access",
        redirect_uri=given["redirect_uri"],
        token_endpoint_auth_method=given["method"],
        code_challenge_method="S256",
    )
    verifier, nonce = generate_token(48), generate_token(24)
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    back = Visitor(given["issuer"]).authorize(
        url,
        {
            "login-form": {"username": given["username"], "password": given["password"]},
            "consent-form": {"decision": "allow"},
        },
    )
    token = session.fetch_token(
        metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
    )
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())
    decoded = jwt.decode(token["id_token"], keys, algorithms=metadata["id_token_signing_alg_values_supported"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {
            "iss": {"essential": True, "value": given["issuer"]},
            "aud": {"essential": True, "value": given["client_id"]},
        },
        {"nonce": nonce, "client_id": given["client_id"], "access_token": token["access_token"]},
    )
    claims.validate(leeway=5)
    person = session.get(metadata["userinfo_endpoint"]).json()
    renewed = session.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
    again = session.get(metadata["userinfo_endpoint"])
    json.dump(
        {
            "sub": claims["sub"],
            "userinfo": person,
            "renewed": renewed["access_token"] != token["access_token"],
            "status": again.status_code,
        },
        sys.stdout,
    )


main()
