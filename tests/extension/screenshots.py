"""Draw what a reader sees, in both themes and languages: `python -m tests.extension.screenshots FOLDER`.

One picture shows the card in every state; others the popup, the options, the full result, and a page with
badges and a card. For looking at: nothing is compared.
"""

import argparse
import json
import tempfile
from pathlib import Path

from tests.extension.devtools import Session, until
from tests.extension.fake_kantei import KEY, fake_kantei
from tests.extension.reader import Reader, reading
from tests.extension.site import Site, site

# Draws the tile that a store shows beside the name.
TILE = """(async () => {
  const { brand } = await import("/look/sheet.js");
  const { name } = await (await fetch(`/_locales/${document.documentElement.lang}/messages.json`)).json();
  const tile = make("main", { class: "kt" }, [make("h1", {}, [name.message])]);
  tile.prepend(brand());
  tile.style.cssText = "display:grid;place-content:center;justify-items:center;gap:24px;height:280px;padding:32px;text-align:center";
  tile.querySelector("svg").style.cssText = "width:96px;height:96px";
  document.body.replaceChildren(tile);
})()"""  # noqa: E501  # a style
# Draws every state of a card from checks, by the extension's own code.
STATES = Path(__file__).with_name("card_states.js").read_text(encoding="utf-8")


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as profile,
        fake_kantei() as kantei,
        site() as gallery,
        reading(Path(profile)) as reader,
    ):
        kantei.finding = lambda url: ("flagged", "uncertain", "clear")[sum(url.encode()) % 3]
        reader.set_up(kantei.address, KEY)
        reader.grant("http://gallery.test/*")
        for theme in ("light", "dark"):
            for lang in ("en", "ja"):
                reader.change(theme=theme, language=lang, sites=[gallery.base])
                draw(reader, gallery, folder / f"{theme}-{lang}")
                kantei.seen.clear()


def draw(reader: Reader, gallery: Site, name: Path) -> None:
    """Draw all pages once, in the theme and language that the name says."""
    theme, lang = name.name.split("-")
    page = reader.open("result/result.html")
    page.run(f"({STATES})({json.dumps(lang)}, {json.dumps(theme)})")
    shoot(page, name, "cards", 1440, 1900)
    page.close()
    page = reader.open("result/result.html")
    page.run(TILE)
    shoot(page, name, "tile", 440, 280)
    page.close()
    page = reader.open("options/options.html")
    page.until("document.querySelector('[name=server]') !== null")
    shoot(page, name, "options", 760, 1000)
    page.close()
    page = reader.open("help/help.html")
    page.until("document.querySelectorAll('.shell').length === 3")
    shoot(page, name, "help", 760, 1000)
    page.close()

    html = "".join(
        f"<img src='/p/{one}.png' width=320 height=240> " for one in ("fox", "crane", "moth", "koi")
    )
    dark = "<style>body { background: #14161a; color: #ddd }</style>" if theme == "dark" else ""
    tab = reader.visit(gallery.show(f"{dark}<h1>A gallery</h1>{html}"))
    until(lambda: tab.inside("stages.get('badges')?.layer.children.length") == 4, "badges")
    reader.click_menu(tab, tab.session.run("document.querySelector('img').src"))
    tab.title()
    shoot(tab.session, name, "page", 1280, 800)
    number = reader.worker().run("chrome.tabs.query({active: true}).then(([tab]) => tab.id)")
    popup = reader.open(f"popup/popup.html?tab={number}")
    popup.until("document.querySelectorAll('.row .facts b').length === 4")
    shoot(popup, name, "popup", 320, 520)
    popup.close()
    check = tab.inside("shown.view.id")
    result = reader.open(f"result/result.html?id={check}")
    result.until("document.querySelector('pre') !== null")
    shoot(result, name, "result", 460, 1000)
    result.close()
    tab.session.close()


def shoot(page: Session, name: Path, what: str, width: int, height: int) -> None:
    """Write one picture."""
    page.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
    )
    page.screenshot(name.with_name(f"{name.name}-{what}.png"))


if __name__ == "__main__":
    main()
