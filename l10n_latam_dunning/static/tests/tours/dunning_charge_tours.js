import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("dunning_charge_from_invoice", {
    steps: () => [
        { content: "Open the page of reminders", trigger: ".nav-link[name='dunning']", run: "click" },
        {
            content: "It says what the delay costs, step by step",
            trigger: ".o_field_widget[name='dunning_charges']:contains('46 days'):contains('1%/month')",
        },
        {
            content: "Ask for the document",
            trigger: "button[name='action_dunning_charge']",
            run: "click",
        },
        {
            content: "What would be charged is shown first",
            trigger: ".modal .o_field_widget[name='total']:contains('35.33')",
        },
        {
            content: "So is the calculation",
            trigger: ".modal .o_field_widget[name='steps'] li:contains('15.3333')",
        },
        {
            content: "Leave the fine out",
            trigger: ".modal .o_field_widget[name='take_fine'] input",
            run: "click",
        },
        {
            content: "It is less by the fine",
            trigger: ".modal .o_field_widget[name='total']:contains('15.33')",
        },
        {
            content: "Make the draft",
            trigger: ".modal footer button[name='action_book']:visible",
            run: "click",
        },
        {
            content: "A draft that nobody has posted",
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains('Draft')",
        },
        {
            content: "It says which invoice it is about",
            trigger: ".o_field_widget[name='dunning_charge_origin_id']",
        },
        {
            content: "with the amount",
            trigger: ".o_field_widget[name='invoice_line_ids'] .o_data_row:contains('15.33')",
        },
    ],
});

tours.add("dunning_charge_waived", {
    steps: () => [
        {
            content: "Ask for the document",
            trigger: "button[name='action_dunning_charge']",
            run: "click",
        },
        {
            content: "Without a reason nothing can be waived",
            trigger: ".modal footer:not(:has(button[name='action_waive']:visible))",
        },
        {
            content: "Write it",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Old customer && press Tab",
        },
        {
            content: "Waive",
            trigger: ".modal footer button[name='action_waive']:visible",
            run: "click",
        },
        {
            content: "There is nothing left to be charged",
            trigger: "body:not(:has(.modal)):not(:has(button[name='action_dunning_charge']:visible))",
        },
        {
            content: "and it is on the chatter, with the reason",
            trigger: ".o-mail-Chatter .o-mail-Message:contains('Waived'):contains('Old customer')",
        },
    ],
});

tours.add("dunning_charge_settings", {
    steps: () => [
        {
            content: "The law is beside the settings",
            trigger: ".o_field_widget[name='charge_note']:contains('interest 1%/month'):contains('CDC')",
        },
        {
            content: "Ask for too much",
            trigger: ".o_field_widget[name='charge_rate'] input",
            run: "edit 5 && press Tab",
        },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        {
            content: "The law's limit is named with its article",
            trigger: ".modal:contains('5%/month'):contains('at most 1%/month'):contains('CTN')",
        },
        { content: "Close", trigger: ".modal button.btn-primary", run: "click" },
        {
            content: "Ask for what it allows",
            trigger: ".o_field_widget[name='charge_rate'] input",
            run: "edit 0.5 && press Tab",
        },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { content: "It is kept", trigger: ".o_form_saved" },
        {
            content: "Open the table of rates",
            trigger: "body",
            run: () => (window.location = "/odoo/dunning-rates"),
            expectUnloadPage: true,
        },
        {
            content: "A value that is too old is marked",
            trigger: ".o_data_row:contains('TMC'):contains('Too old')",
        },
        {
            content: "Open it",
            trigger: ".o_data_row:contains('TMC') td[name='code']",
            run: "click",
        },
        {
            content: "It says which law refers to it",
            trigger: ".o_field_widget[name='law_note']:contains('Ley 18.010')",
        },
        {
            content: "Open what was charged",
            trigger: "body",
            run: () => (window.location = "/odoo/dunning-charges"),
            expectUnloadPage: true,
        },
        {
            content: "Each day of an instalment once",
            trigger: ".o_data_row:contains('Interest'):contains('15.33')",
        },
    ],
});
