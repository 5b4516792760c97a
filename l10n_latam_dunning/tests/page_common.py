import re
from urllib.parse import urlsplit

from odoo.tests import HttpCase

from .common import DunningCommon

TAX_NUMBER = "20456789120"


class PageCase(DunningCommon, HttpCase):
    """A debtor with two open invoices and the link to his own page, opened as a telephone does:
    without scripts, without a session."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtor = cls.create_debtor(vat=TAX_NUMBER, zip="15046")
        cls.invoice = cls.create_invoice(cls.debtor, days=-8)
        cls.second = cls.create_invoice(cls.debtor, days=5, amount=50.0)
        reached = cls.env["dunning.channel.whatsapp"].sudo()._reach(cls.debtor)
        cls.point = reached[cls.debtor][0]
        cls.point.sudo().state = "verified"
        cls.policy.user_id = cls.env.user
        cls.answers = cls.env["dunning.page.answer"].sudo()

    def path(self, partner=None, company=None, **values):
        values = {"point": self.point, **values}
        link = (partner or self.debtor)._dunning_page_link(company or self.company, **values)
        return urlsplit(link).path

    def mark(self, html):
        return re.search(r'name="mark" value="([^"]+)"', html)[1]

    def look(self, path=None):
        self.page = self.url_open(path or self.path())
        return self.page

    def say(self, deed, path=None, files=None, page=None, **form):
        """Open the page, send one of its forms; returns the page that is shown then."""
        path = path or self.path()
        mark = self.mark((page or self.look(path)).text)
        data = {"deed": deed, "mark": mark, **form}
        self.page = self.url_open(path, data=data, files=files, timeout=30)
        self.env.invalidate_all()
        return self.page

    def answer(self, kind):
        domain = [("partner_id", "=", self.debtor.id), ("kind", "=", kind)]
        return self.answers.search(domain)
