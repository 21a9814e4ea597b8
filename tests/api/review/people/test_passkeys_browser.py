"""Passkeys in a real browser, with an authenticator of its driver's, and the pages of a login before axe."""

import re

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import Protocol, Transport, VirtualAuthenticatorOptions

from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from tests.api.review.browser import complaints, served, wait_for
from tests.api.review.conftest import PASSWORD, Desk, make_desk
from tests.api.review.frame.axe_core import axe_source, violations

pytestmark = pytest.mark.chromium


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    return make_desk(sqlite_database, blobs, sqlite_shop)


def _authenticator(browser: WebDriver, *, is_its_user: bool = True) -> None:
    options = VirtualAuthenticatorOptions(
        protocol=Protocol.CTAP2,
        transport=Transport.INTERNAL,
        has_resident_key=True,
        has_user_verification=True,
        is_user_verified=is_its_user,
    )
    browser.add_virtual_authenticator(options)


def _give_password(browser: WebDriver, base: str) -> None:
    browser.get(f"{base}/login")
    browser.find_element(By.NAME, "email").send_keys("aiko@example.com")
    browser.find_element(By.NAME, "password").send_keys(PASSWORD + "\n")


def _log_out(browser: WebDriver) -> None:
    # In a menu, which is closed.
    browser.execute_script("document.querySelector('form[action=\"/logout\"]').requestSubmit()")
    wait_for(browser, 'form[action="/login"]')


def test_a_passkey_is_made_and_used_with_and_without_a_password(desk: Desk, browser: WebDriver) -> None:
    desk.add_person("aiko@example.com")
    source, found = axe_source(), {}
    with served(desk.app) as address:
        base = address.replace("127.0.0.1", "localhost")
        _authenticator(browser)
        _give_password(browser, base)
        wait_for(browser, 'form[action="/logout"]')
        browser.get(f"{base}/account/security")
        wait_for(browser, 'form[data-passkey="create"]:not([hidden])')
        browser.find_element(By.CSS_SELECTOR, '.passkey-add input[name="name"]').send_keys("Test key")
        browser.find_element(By.CSS_SELECTOR, ".passkey-add button").click()
        wait_for(browser, ".codes")
        found["codes"] = violations(browser, source)
        browser.get(f"{base}/account/security")
        assert "Test key" in browser.page_source
        found["security"] = violations(browser, source)
        browser.get(f"{base}/account/security/app")
        found["app"] = violations(browser, source)

        _log_out(browser)
        _give_password(browser, base)
        wait_for(browser, 'form[data-passkey="get"]:not([hidden])')
        assert "/login/second" in browser.current_url
        found["second"] = violations(browser, source)
        browser.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
        wait_for(browser, 'form[action="/logout"]')

        _log_out(browser)
        wait_for(browser, 'form[data-passkey="get"]:not([hidden])')
        browser.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
        wait_for(browser, 'form[action="/logout"]')

        # Someone else at the same machine: the authenticator does not know them.
        _log_out(browser)
        browser.set_user_verified(False)
        wait_for(browser, 'form[data-passkey="get"]:not([hidden])')
        browser.find_element(By.CSS_SELECTOR, "form[data-passkey] button").click()
        wait_for(browser, "[data-refused]:not([hidden])")
        assert re.search(r"/login(\?|$)", browser.current_url)
        assert complaints(browser) == []
    assert {page: faults for page, faults in found.items() if faults} == {}
