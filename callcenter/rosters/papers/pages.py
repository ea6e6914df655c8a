"""Pages of a person's certificates, the city's instructions on staffing, the labour agreements and the staff list as
a document. The modules named here hold the routes."""

from __future__ import annotations

from callcenter.rosters.menu import STAFF
from callcenter.rosters.papers import agreement_pages as agreement_pages
from callcenter.rosters.papers import certificate_pages as certificate_pages
from callcenter.rosters.papers import instruction_pages as instruction_pages
from callcenter.rosters.papers import register_pages as register_pages
from callcenter.rosters.papers.routing import blueprint as blueprint
from callcenter.web.access import LEADERSHIP
from callcenter.web.navigation import NavItem

NAV = (
    NavItem("市へ提出する名簿", "papers.staff_register", LEADERSHIP, 61, section="papers.", group=STAFF),
    NavItem("市の指示・承認", "papers.instructions", LEADERSHIP, 62, group=STAFF),
    NavItem("労使協定", "papers.agreements", LEADERSHIP, 63, group=STAFF),
)
