import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("dunning_account_goes_live", {
    steps: () => [
        {
            content: "What WhatsApp allows is said before anything else",
            trigger: ".alert-info:contains('names debt collection as prohibited')",
        },
        {
            content: "Test the connection",
            trigger: "button[name='action_test_connection']",
            run: "click",
        },
        {
            content: "The report says what is wrong",
            trigger: ".modal .list-group-item:contains('Own invoices'):contains('✗')",
        },
        {
            content: "WhatsApp was asked",
            trigger: ".modal .list-group-item:contains('Access token'):contains('✓')",
        },
        {
            content: "No webhook would arrive",
            trigger: ".modal .list-group-item:contains('not subscribed')",
        },
        {
            content: "Subscribe",
            trigger: ".modal button[name='action_subscribe']",
            run: "click",
        },
        {
            content: "They arrive from now on",
            trigger: ".modal .list-group-item:contains('is subscribed'):contains('✓')",
        },
        {
            content: "Close the report",
            trigger: ".modal button:contains('Close')",
            run: "click",
        },
        {
            content: "The form shows what WhatsApp said",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='health_label']:contains('Can send')",
        },
        {
            content: "Confirm that only own invoices are asked for",
            trigger: ".alert-info .o_field_widget[name='policy_confirmed'] input",
            run: "click",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Who confirmed is kept",
            trigger: ".o_field_widget[name='policy_confirmed_by_id']:contains('tour_admin')",
        },
        {
            content: "Go live",
            trigger: ".o_statusbar_status button:contains('Live')",
            run: "click",
        },
        {
            content: "It is live",
            trigger: ".o_form_saved .o_statusbar_status .o_arrow_button_current:contains('Live')",
        },
    ],
});

tours.add("dunning_account_is_paused", {
    steps: () => [
        {
            content: "Pause the number",
            trigger: "button[name='action_pause']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit The texts are being rewritten",
        },
        {
            content: "Pause",
            trigger: ".modal footer button[name='action_pause']",
            run: "click",
        },
        {
            content: "The form says so",
            trigger: ".alert-danger:contains('The texts are being rewritten')",
        },
        {
            content: "Go on",
            trigger: "button[name='action_resume']",
            run: "click",
        },
        {
            content: "Nothing stands in the way",
            trigger: "body:not(:has(.alert-danger)) button[name='action_pause']",
        },
        {
            content: "Open the log",
            trigger: "button[name='action_open_troubles']",
            run: "click",
        },
        {
            content: "Who paused and that it ended is kept",
            trigger: ".o_list_view .o_data_row.text-muted:contains('The texts are being rewritten')",
        },
    ],
});
