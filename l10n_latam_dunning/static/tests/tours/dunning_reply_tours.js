import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("dunning_answer_from_invoice", {
    steps: () => [
        {
            content: "The debtor wrote: answer him",
            trigger: "button[name='action_dunning_answer']",
            run: "click",
        },
        {
            content: "What he wrote is there",
            trigger: ".modal .o_field_widget[name='conversation']:contains('factura')",
        },
        {
            content: "Until when it is possible is said",
            trigger: ".modal .alert-info .o_field_widget[name='window']",
        },
        {
            content: "What it costs is said",
            trigger: ".modal .o_field_widget[name='price']",
        },
        {
            content: "Answer",
            trigger: ".modal .o_field_widget[name='text'] textarea",
            run: "edit El viernes está bien.",
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send']",
            run: "click",
        },
        {
            content: "Back on the invoice",
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});

tours.add("dunning_answer_too_late", {
    steps: () => [
        {
            content: "The debtor wrote the other day",
            trigger: "button[name='action_dunning_answer']",
            run: "click",
        },
        {
            content: "The window is closed, and there is nothing to write in",
            trigger: ".modal .alert-warning .o_field_widget[name='window']",
        },
        {
            content: "No free text",
            trigger: ".modal:not(:has(.o_field_widget[name='text'] textarea))",
        },
        {
            content: "A reminder is offered in its place",
            trigger: ".modal button[name='action_remind']",
            run: "click",
        },
        {
            content: "It asks the gate",
            trigger: ".modal .o_field_widget[name='preview'], .modal .o_form_view",
        },
    ],
});

tours.add("dunning_event_is_tried_again", {
    steps: () => [
        {
            content: "An event that could not be worked on",
            trigger: ".o_data_row:contains('Failed') td[name='kind']",
            run: "click",
        },
        {
            content: "It says why",
            trigger: ".alert-danger .o_field_widget[name='error']:contains('TypeError')",
        },
        {
            content: "Try again",
            trigger: "button[name='action_retry']",
            run: "click",
        },
        {
            content: "It is new again",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('New')",
        },
    ],
});

tours.add("dunning_uncertain_arrived", {
    steps: () => [
        {
            content: "Nobody knows: both ways out are offered",
            trigger: "button[name='action_send_again']",
        },
        {
            content: "It arrived",
            trigger: "button[name='action_mark_arrived']",
            run: "click",
        },
        {
            content: "So it was sent",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Sent')",
        },
    ],
});

tours.add("dunning_uncertain_again", {
    steps: () => [
        {
            content: "It did not arrive",
            trigger: "button[name='action_send_again']",
            run: "click",
        },
        {
            content: "Only who knows says so",
            trigger: ".modal:contains('has not received it') .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It waits for the gate",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Queued')",
        },
    ],
});
