"""WhatsApp Cloud API: payloads, client, error codes, template rules and webhooks. No Odoo here."""
