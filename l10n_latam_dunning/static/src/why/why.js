import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const OUTCOME_CLASS = {
    send: "o_dunning_send",
    wait: "o_dunning_wait",
    refuse: "o_dunning_refuse",
    none: "",
};
const OUTCOME_ICON = {
    send: "fa-check-circle",
    wait: "fa-clock-o",
    refuse: "fa-ban",
    none: "fa-info-circle",
};
const RULE_ICON = { pass: "fa-check", wait: "fa-clock-o", refuse: "fa-times" };

/**
 * Says in words what happens with the reminders of the form's record, and why. It asks the
 * server when it is shown, so a form whose page stays closed pays nothing.
 */
export class DunningWhy extends Component {
    static template = "l10n_latam_dunning.Why";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ blocks: null });
        this.outcomeClass = OUTCOME_CLASS;
        this.outcomeIcon = OUTCOME_ICON;
        this.ruleIcon = RULE_ICON;
        useRecordObserver((record) => {
            // a reload replaces the record's data; the form does not wait for the answer
            this.load(record.resModel, record.data && record.resId);
        });
    }

    async load(model, resId) {
        const answer = resId
            ? this.orm.call("dunning.why", "read_panel", [model, resId])
            : Promise.resolve([]);
        this.state.blocks = await this.keepLast.add(answer);
    }
}

registry.category("view_widgets").add("dunning_why", { component: DunningWhy });
