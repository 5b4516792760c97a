import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { whatsappSpans } from "./whatsapp_text";

const SHOWN_BUTTONS = 3;
const ICONS = { reply: "fa-reply", link: "fa-external-link", order: "fa-copy" };

/** The template as the debtor's telephone shows it, with samples in place of the variables. */
export class TemplateBubble extends Component {
    static template = "l10n_latam_dunning.TemplateBubble";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ dark: false, all: false });
        this.icons = ICONS;
    }

    get data() {
        return this.props.record.data;
    }

    get values() {
        const palette = this.data[this.props.name] || [];
        return Object.fromEntries(palette.map(({ name, sample }) => [name, sample]));
    }

    get header() {
        return this.data.header_kind === "text"
            ? whatsappSpans(this.data.header_text, this.values)
            : [];
    }

    get document() {
        return this.data.header_kind === "document" ? `${this.values.first_invoice}.pdf` : "";
    }

    get body() {
        return whatsappSpans(this.data.body, this.values);
    }

    get buttons() {
        return this.data.button_ids.records.map(({ id, data }) => ({ id, ...data }));
    }

    /** More than three are folded behind the first two. */
    get shownButtons() {
        const folded = this.buttons.length > SHOWN_BUTTONS && !this.state.all;
        return folded ? this.buttons.slice(0, 2) : this.buttons;
    }

    get hidesButtons() {
        return this.shownButtons.length < this.buttons.length;
    }

    get toggleLabel() {
        return this.state.dark ? _t("Show it light") : _t("Show it dark");
    }
}

registry.category("fields").add("dunning_bubble", {
    component: TemplateBubble,
    displayName: _t("WhatsApp bubble"),
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "header_kind", type: "selection" },
        { name: "header_text", type: "char" },
        { name: "body", type: "text" },
        { name: "footer", type: "char" },
    ],
});
