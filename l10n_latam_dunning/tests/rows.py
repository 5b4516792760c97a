"""One row of any model, for tests about access: what it says does not matter."""

from odoo.tools import SQL


class Rows:
    """Makes rows behind the program's back, with all that the database asks of a row set aside:
    only for a transaction that is rolled back."""

    def __init__(self, env):
        self.env = env
        self.open = set()

    def make(self, model, values):
        """A row of a model; ``values`` are columns, or paths such as ``message_id.company_id``."""
        columns = {}
        for path, value in values.items():
            name, _dot, rest = path.partition(".")
            if rest:
                comodel = self.env[model]._fields[name].comodel_name
                columns[name] = self.make(comodel, {rest: value}).id
            else:
                columns[name] = value
        self._set_aside(model)
        Model = self.env[model]
        columns = {"create_uid": self.env.uid, **columns} if Model._log_access else columns
        names = SQL(", ").join(SQL.identifier(name) for name in columns)
        self.env.flush_all()
        ((res_id,),) = self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) VALUES (%s) RETURNING id",
                SQL.identifier(Model._table),
                names,
                SQL(", ").join(SQL("%s", value) for value in columns.values()),
            )
            if columns
            else SQL("INSERT INTO %s DEFAULT VALUES RETURNING id", SQL.identifier(Model._table))
        )
        return Model.browse(res_id)

    def _set_aside(self, model):
        """Let the table take an empty row."""
        if model in self.open:
            return
        self.open.add(model)
        Model = self.env[model]
        table = SQL.identifier(Model._table)
        for (column,) in self.env.execute_query(
            SQL(
                """SELECT column_name FROM information_schema.columns
                    WHERE table_name = %s AND is_nullable = 'NO' AND column_name <> 'id'""",
                Model._table,
            )
        ):
            self.env.cr.execute(
                SQL("ALTER TABLE %s ALTER %s DROP NOT NULL", table, SQL.identifier(column))
            )
        for (name,) in self.env.execute_query(
            SQL(
                """SELECT conname FROM pg_constraint
                    WHERE conrelid = %s::regclass AND contype = 'c'""",
                Model._table,
            )
        ):
            self.env.cr.execute(
                SQL("ALTER TABLE %s DROP CONSTRAINT %s", table, SQL.identifier(name))
            )
