from odoo import models

CLOSED = "dunning.closed"


class DunningClosed(models.AbstractModel):
    """Fields that not everybody may read are not exported to them either, by whatever path: an
    export of Odoo takes a value that somebody else's right has brought into memory."""

    _name = CLOSED
    _description = "Closed fields are not exported"

    def _export_rows(self, fields, **kwargs):
        for path in fields:
            if path and path[0] in self._fields:
                self._check_field_access(self._fields[path[0]], "read")
        return super()._export_rows(fields, **kwargs)
