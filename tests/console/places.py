"""Every page of the console that is looked at: who opens it, and where."""

from typing import Any, NamedTuple

from playwright.sync_api import Page
from tests.console.world import World


class Place(NamedTuple):
    """A page: its name in file names, who is signed in, and its address."""

    name: str
    login: str
    path: str


SUPERVISOR, OPS, ADMINISTRATOR = "zhou.min", "chen.yun", "admin"


def places(world: World, supervisor: Page) -> list[Place]:
    """All pages, those of single records with a record of the demo."""
    walk = world.ask(supervisor, "/inspections")["items"][0]["id"]
    finding = world.ask(supervisor, "/findings")["items"][0]["finding"]["id"]
    complaint = world.ask(supervisor, "/complaints")["items"][0]["record"]["id"]
    site = world.ask(supervisor, "/sites")["items"][0]["id"]
    photo = _first_photo(world.ask(supervisor, f"/review/{walk}"))
    return [
        Place("today", SUPERVISOR, "/"),
        Place("today-ops", OPS, "/"),
        Place("review", SUPERVISOR, "/review"),
        Place("inspection", SUPERVISOR, f"/inspections/{walk}"),
        Place("photo", SUPERVISOR, f"/inspections/{walk}?photo={photo}"),
        Place("findings", SUPERVISOR, "/findings"),
        Place("findings-list", SUPERVISOR, "/findings?view=list"),
        Place("finding", SUPERVISOR, f"/findings/{finding}"),
        Place("complaints", SUPERVISOR, "/complaints"),
        Place("complaint", SUPERVISOR, f"/complaints/{complaint}"),
        Place("conflicts", SUPERVISOR, "/conflicts"),
        Place("quarantine", SUPERVISOR, "/quarantine"),
        Place("assessment", SUPERVISOR, "/assessment"),
        Place("sites", OPS, "/sites"),
        Place("site", OPS, f"/sites?site={site}"),
        Place("answers", OPS, "/sites?tab=answers"),
        Place("checklists", OPS, "/checklists"),
        Place("checklist", OPS, "/checklists/facilities-plant-rooms"),
        Place("checklist-versions", OPS, "/checklists/facilities-plant-rooms?tab=versions"),
        Place("checklist-figures", OPS, "/checklists/facilities-plant-rooms?tab=figures"),
        Place("checklist-draft", OPS, "/checklists/facilities-plant-rooms?tab=draft"),
        Place("plugins", OPS, "/plugins"),
        Place("devices", ADMINISTRATOR, "/devices"),
        Place("people", ADMINISTRATOR, "/people"),
        Place("audit", ADMINISTRATOR, "/audit"),
        Place("profile", SUPERVISOR, "/profile"),
    ]


def _first_photo(walk: Any) -> str:
    """The photo that a supervisor looks at first."""
    shown: str = next(
        photo["id"] for part in walk["parts"] for line in part["lines"] for photo in line["photos"]
    )
    return shown
