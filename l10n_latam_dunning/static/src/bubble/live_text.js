import { useRef, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { TextField, textField } from "@web/views/fields/text/text_field";

const PAUSE = 250;

/**
 * A text that the form knows while it is typed, not only when the field is left: the bubble and
 * the findings follow. It counts characters, and offers the variables that may be inserted.
 */
export class LiveText extends TextField {
    static template = "l10n_latam_dunning.LiveText";
    static components = { ...TextField.components, Dropdown, DropdownItem };
    static props = {
        ...TextField.props,
        limit: { type: Number, optional: true },
        palette: { type: String, optional: true },
    };

    setup() {
        super.setup();
        this.rootRef = useRef("root");
        this.live = useState({ count: 0 });
        this.commit = useDebounced(this.update, PAUSE);
        useRecordObserver((record) => {
            const typed = this.textareaRef.el?.value;
            this.live.count = [...(typed ?? record.data[this.props.name] ?? "")].length;
        });
    }

    get variables() {
        return (this.props.palette && this.props.record.data[this.props.palette]) || [];
    }

    onTyped() {
        this.live.count = [...this.textareaRef.el.value].length;
        this.commit();
    }

    /** The field takes a change over as if it were being left. */
    update() {
        this.textareaRef.el?.dispatchEvent(new Event("change", { bubbles: true }));
    }

    insert(name) {
        const area = this.textareaRef.el;
        area.focus();
        area.setRangeText(`{{${name}}}`, area.selectionStart, area.selectionEnd, "end");
        area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
}

registry.category("fields").add("dunning_live_text", {
    ...textField,
    component: LiveText,
    displayName: _t("Text that is read while it is typed"),
    supportedOptions: [
        ...textField.supportedOptions,
        { label: _t("Characters allowed"), name: "limit", type: "number" },
        { label: _t("Field with the variables"), name: "palette", type: "field" },
    ],
    extractProps: (info) => ({
        ...textField.extractProps(info),
        limit: info.options.limit,
        palette: info.options.palette,
    }),
});
