import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const MINUTES_A_DAY = 24 * 60;

/** The seven days of a week with the hours that the law and prudence leave open. */
export class WeekGrid extends Component {
    static template = "l10n_latam_dunning.WeekGrid";
    static props = { ...standardFieldProps, compact: { type: Boolean, optional: true } };
    static defaultProps = { compact: false };

    setup() {
        this.hours = [0, 6, 12, 18, 24];
    }

    get week() {
        return this.props.record.data[this.props.name];
    }

    /** The same in words, for those who do not see the drawing. */
    get text() {
        const { law, prudent } = this.week;
        const lawful = law ? _t("The law: %s.", law) : _t("No hours in the law.");
        const open = _t("With the prudent default: %s.", prudent || _t("never"));
        return `${lawful} ${open}`;
    }

    get margin() {
        return _t("nothing leaves in the last %s minutes", this.week.margin);
    }

    place([start, end]) {
        const percent = (minutes) => `${(100 * minutes) / MINUTES_A_DAY}%`;
        return `left: ${percent(start)}; width: ${percent(end - start)}`;
    }
}

registry.category("fields").add("dunning_week_grid", {
    component: WeekGrid,
    displayName: _t("Week grid"),
    supportedTypes: ["json"],
    supportedOptions: [{ label: _t("Compact"), name: "compact", type: "boolean" }],
    extractProps: ({ options }) => ({ compact: Boolean(options.compact) }),
});
