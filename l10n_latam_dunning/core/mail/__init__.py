"""E-mail: what mail servers answer, and what comes back. No Odoo here."""
