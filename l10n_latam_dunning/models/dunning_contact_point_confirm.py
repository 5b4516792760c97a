from odoo import api, fields, models

DOUBTED = ("unsure", "not_theirs")


class DunningContactPoint(models.Model):
    """Who has made sure that a number or address is a partner's: the person himself by an answer,
    a consent or his page, or somebody in the company."""

    _inherit = "dunning.contact.point"

    def write(self, vals):
        """What is doubted is confirmed for nobody any more."""
        result = super().write(vals)
        if vals.get("state") in DOUBTED:
            self.sudo().link_ids.filtered("confirmed_at")._forget()
        return result

    def _confirm(self, partners, how, user=None):
        """Take over that these points are the partners'; of one that somebody else was found at,
        or that WhatsApp has made doubtful, only a person can say so."""
        sure = self.sudo().filtered(lambda point: how == "person" or point.state not in DOUBTED)
        sure.filtered(lambda point: point.state in ("new", "unsure")).write(
            {"state": "verified", "doubt": False}
        )
        links = sure.link_ids.filtered(
            lambda link: link.partner_id in partners and not link.confirmed_at
        )
        links.write(
            {
                "confirmed_at": fields.Datetime.now(),
                "confirmed_by": how,
                "confirmed_user_id": user.id if user else False,
            }
        )
        return links

    @api.model
    def _confirm_numbers(self, partners, how):
        """The same for the telephone numbers on the partners' own records, set-based."""
        reached = self.env["dunning.channel"]._reach_numbers(partners)
        points = self.browse().union(*(point for point, _problem in reached.values() if point))
        return points._confirm(partners, how)


class DunningContactLink(models.Model):
    _inherit = "dunning.contact.link"

    def _forget(self):
        self.write({"confirmed_at": False, "confirmed_by": False, "confirmed_user_id": False})

    def action_confirm(self):
        """A person has made sure that this number or address is the partner's."""
        self.contact_point_id._check_may_confirm()
        self.check_access("read")
        for link in self.sudo():
            link.contact_point_id._confirm_by_hand(link.partner_id)


class DunningConsent(models.Model):
    """A consent that was given from a number proves whose number it is."""

    _inherit = "dunning.consent"

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create(vals_list)
        given = consents.filtered(
            lambda consent: consent.event == "granted" and consent.source == "whatsapp"
        )
        for consent in given.filtered("contact_point_id"):
            point = consent.contact_point_id
            point.sudo()._link([(point, consent.partner_id)])
            point._confirm(consent.partner_id, "consent")
        return consents
