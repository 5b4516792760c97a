import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const STATE_CLASS = {
    never: "text-bg-light border",
    asked: "text-bg-info",
    granted: "text-bg-success",
    withdrawn: "text-bg-danger",
};
const RECORD = "l10n_latam_dunning.dunning_consent_record_action";
const ASK = "l10n_latam_dunning.dunning_consent_ask_action";
const CLAUSE = "l10n_latam_dunning.dunning_clause_action";

/**
 * What a debtor allows on each channel: the state, since when and from what, and the way to
 * record something new. A contact shows what its company allows.
 */
export class DunningConsents extends Component {
    static template = "l10n_latam_dunning.Consents";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ panel: null });
        this.stateClass = STATE_CLASS;
        useRecordObserver((record) => {
            // a reload replaces the record's data; the form does not wait for the answer
            this.load(record.data && record.resId);
        });
    }

    async load(resId) {
        const answer = resId
            ? this.orm.call("res.partner", "read_dunning_consents", [resId])
            : Promise.resolve(null);
        this.state.panel = await this.keepLast.add(answer);
    }

    record(event, channel) {
        this.action.doAction(RECORD, {
            additionalContext: {
                active_model: false,
                default_partner_ids: [this.state.panel.debtor_id],
                default_event: event,
                ...(channel ? { [`default_${channel}`]: true } : {}),
            },
            onClose: () => this.props.record.load(),
        });
    }

    ask() {
        this.action.doAction(ASK, {
            additionalContext: {
                active_model: false,
                default_partner_ids: [this.state.panel.debtor_id],
            },
            onClose: () => this.props.record.load(),
        });
    }

    clause() {
        this.action.doAction(CLAUSE, {
            additionalContext: { default_country_id: this.state.panel.country_id },
        });
    }

    open(factId) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "dunning.consent",
            res_id: factId,
            views: [[false, "form"]],
            target: "current",
        });
    }
}

registry.category("view_widgets").add("dunning_consents", { component: DunningConsents });
