import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const SOURCES = { meta: _t("WhatsApp"), law: _t("Law"), company: _t("Company") };

/** What stands against a text: the errors first, each with its reason. */
export class TemplateFindings extends Component {
    static template = "l10n_latam_dunning.TemplateFindings";
    static props = { ...standardFieldProps };

    setup() {
        this.sources = SOURCES;
    }

    get findings() {
        const found = this.props.record.data[this.props.name] || [];
        const errors = found.filter((finding) => finding.severity === "error");
        return [...errors, ...found.filter((finding) => finding.severity !== "error")];
    }

    get title() {
        const errors = this.findings.filter((finding) => finding.severity === "error").length;
        const warnings = this.findings.length - errors;
        const parts = [];
        if (errors) {
            parts.push(errors === 1 ? _t("1 error") : _t("%s errors", errors));
        }
        if (warnings) {
            parts.push(warnings === 1 ? _t("1 warning") : _t("%s warnings", warnings));
        }
        return parts.join(", ") || _t("Nothing stands against this text.");
    }
}

registry.category("fields").add("dunning_findings", {
    component: TemplateFindings,
    displayName: _t("Findings"),
    supportedTypes: ["json"],
});
