import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("dunning_send_from_invoice", {
    steps: () => [
        {
            content: "Ask for the reminder",
            trigger: "button[name='action_dunning_send']",
            run: "click",
        },
        {
            content: "The verdict is shown before anything leaves",
            trigger: ".modal .o_field_widget[name='outcome']:contains('It can leave now')",
        },
        {
            content: "So is the text",
            trigger: ".modal .o_field_widget[name='body']:contains('Hola Rosa')",
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send']:visible",
            run: "click",
        },
        {
            content: "It is said that it is on its way",
            trigger: ".o_notification:contains('on its way')",
        },
    ],
});

tours.add("dunning_refused_from_invoice", {
    steps: () => [
        {
            content: "Ask for the reminder",
            trigger: "button[name='action_dunning_send']",
            run: "click",
        },
        {
            content: "The reason is on the screen",
            trigger: ".modal .o_field_widget[name='reasons']:contains('not agreed')",
        },
        {
            content: "There is nothing to send with",
            trigger: ".modal footer:not(:has(button[name='action_send']:visible))",
        },
        {
            content: "Leave",
            trigger: ".modal button.btn-secondary:contains('Discard')",
            run: "click",
        },
        {
            content: "Back on the invoice",
            trigger: "body:not(:has(.modal)) button[name='action_dunning_send']",
        },
    ],
});

tours.add("dunning_agree_from_invoice", {
    steps: () => [
        {
            content: "Open a new agreement",
            trigger: "button[name='action_dunning_agree']",
            run: "click",
        },
        {
            content: "A plan, not a promise",
            trigger: ".o_field_widget[name='kind'] input[data-value='plan']",
            run: "click",
        },
        {
            content: "In two payments",
            trigger: ".o_field_widget[name='count'] input",
            run: "edit 2 && press Tab",
        },
        {
            content: "Both are proposed",
            trigger: ".o_field_widget[name='instalment_ids'] .o_data_row:nth-child(2)",
        },
        {
            content: "Record how the debtor agreed",
            trigger: "button[name='action_accept']",
            run: "click",
        },
        {
            content: "What he heard is shown",
            trigger: ".modal .o_field_widget[name='wording']:contains('INV/')",
        },
        {
            content: "Put it in force",
            trigger: ".modal button[name='action_accept']",
            run: "click",
        },
        {
            content: "It holds",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Accepted')",
        },
    ],
});

tours.add("dunning_screens", {
    steps: () => [
        {
            content: "Open the message",
            trigger: ".o_list_view .o_data_row td[name='partner_id']:contains('Rosa')",
            run: "click",
        },
        {
            content: "Its evidence",
            trigger: ".nav-link[name='evidence']",
            run: "click",
        },
        {
            content: "Each rule that was checked",
            trigger: ".o_field_widget[name='verdict_html'] td:contains('no_consent')",
        },
        ...["dunning-agreements", "dunning-policies", "dunning-law", "dunning-whatsapp-accounts"].map(
            (path) => ({
                content: `Open ${path}`,
                trigger: "body",
                run: () => (window.location = `/odoo/${path}`),
                expectUnloadPage: true,
            })
        ),
        {
            content: "The accounts are listed",
            trigger: ".o_list_view .o_data_row:contains('Lima')",
        },
    ],
});
