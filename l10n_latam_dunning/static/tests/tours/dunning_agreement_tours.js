import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("dunning_agreement_board", {
    steps: () => [
        {
            content: "Each state is a column",
            trigger: ".o_kanban_group:contains('Accepted') .o_kanban_record:contains('Rosa')",
        },
        {
            content: "Open it",
            trigger: ".o_kanban_record:contains('Rosa')",
            run: "click",
        },
        {
            content: "The first payment is made, the second open",
            trigger: ".o_field_widget[name='instalment_ids'] .o_data_row:nth-child(1):contains('Paid')",
        },
        {
            content: "How it was accepted",
            trigger: ".nav-link[name='acceptance']",
            run: "click",
        },
        {
            content: "By telephone",
            trigger: ".o_field_widget[name='acceptance_ids'] .o_data_row:contains('Telephone call')",
        },
        {
            content: "The payments of all agreements",
            trigger: "body",
            run: () => (window.location = "/odoo/dunning-agreed-payments"),
            expectUnloadPage: true,
        },
        {
            content: "On their days",
            trigger: ".o_calendar_view .fc-event:contains('Rosa')",
        },
    ],
});

tours.add("dunning_agreement_offer", {
    steps: () => [
        {
            content: "Open a new agreement",
            trigger: "button[name='action_dunning_agree']",
            run: "click",
        },
        {
            content: "Offer ways to pay",
            trigger: "button[name='action_propose']",
            run: "click",
        },
        {
            content: "Three of them, word for word",
            trigger: ".modal .o_field_widget[name='preview'] li:nth-child(3):contains('Pay in 3 parts')",
        },
        {
            content: "Propose",
            trigger: ".modal button[name='action_propose']",
            run: "click",
        },
        {
            content: "It waits for the debtor",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Proposed')",
        },
        {
            content: "What was offered",
            trigger: ".nav-link[name='offer']",
            run: "click",
        },
        {
            content: "stays as it was",
            trigger: ".o_field_widget[name='offer_text']:contains('tap what suits you')",
        },
        {
            content: "The debtor calls",
            trigger: "button[name='action_accept']",
            run: "click",
        },
        {
            content: "and takes the third",
            trigger: ".modal .o_field_widget[name='option_id'] .o_radio_item:nth-child(3) input",
            run: "click",
        },
        {
            content: "It is read to him",
            trigger: ".modal .o_field_widget[name='wording']:contains('INV/')",
        },
        {
            content: "Put it in force",
            trigger: ".modal button[name='action_accept']",
            run: "click",
        },
        {
            content: "Look at what is agreed",
            trigger: "body:not(:has(.modal)) .nav-link[name='instalments']",
            run: "click",
        },
        {
            content: "Three payments are agreed",
            trigger: ".o_field_widget[name='instalment_ids'] .o_data_row:nth-child(3)",
        },
    ],
});

tours.add("dunning_calamity", {
    steps: () => [
        {
            content: "Pause Piura",
            trigger: "button[name='action_dunning_calamity']",
            run: "click",
        },
        {
            content: "Who is concerned is shown first",
            trigger: ".modal .alert-info:contains('1 debtor(s) with')",
        },
        {
            content: "Say what happened",
            trigger: ".modal .o_field_widget[name='note'] input",
            run: "edit Flood of the river Piura && press Tab",
        },
        {
            content: "Let reminders rest",
            trigger: ".modal button[name='action_pause']",
            run: "click",
        },
        {
            content: "The hold is in force",
            trigger: ".o_list_view .o_data_row:contains('Flood of the river Piura')",
        },
    ],
});

tours.add("dunning_reported_payment", {
    steps: () => [
        {
            content: "Open the payment to check",
            trigger: ".o_list_view .o_data_row td[name='whom']:contains('Rosa')",
            run: "click",
        },
        {
            content: "Decide",
            trigger: "button[name='action_end']:contains('Confirm or reject')",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='why'] input",
            run: "edit Not on any statement && press Tab",
        },
        {
            content: "Reject",
            trigger: ".modal button[name='action_reject']",
            run: "click",
        },
        {
            content: "It is written down",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='ended_why']:contains('Not on any statement')",
        },
    ],
});

tours.add("dunning_hold_on_invoice", {
    steps: () => [
        {
            content: "Let the reminders of this invoice rest",
            trigger: "button[name='action_dunning_hold']",
            run: "click",
        },
        {
            content: "Say what happened: by then the dialog has set its focus",
            trigger: ".modal .o_field_widget[name='note'] input",
            run: "edit The goods arrived damaged && press Tab",
        },
        {
            content: "Which reason?",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "click",
        },
        {
            content: "A dispute",
            trigger: ".o_select_menu_item:contains('Dispute')",
            run: "click",
        },
        {
            content: "It is chosen",
            trigger: ".modal .o_field_widget[name='reason'] input:value('Dispute')",
        },
        {
            content: "Save",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "It is set",
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "which says so to everybody",
            trigger: ".alert-warning:contains('The goods arrived damaged')",
        },
    ],
});
