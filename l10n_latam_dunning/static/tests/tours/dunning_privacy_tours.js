import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("dunning_file_from_partner", {
    steps: () => [
        {
            content: "Open what stands about collections",
            trigger: ".nav-link[name='dunning']",
            run: "click",
        },
        {
            content: "Ask for the complaint file",
            trigger: "button:contains('Complaint file')",
            run: "click",
        },
        {
            content: "Write the reason",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit SERNAC R2026W1234567 && press Tab",
        },
        {
            content: "Make it",
            trigger: ".modal footer button[name='action_make']",
            run: "click",
        },
        {
            content: "There it is, with its hash",
            trigger:
                ".modal .alert-success:visible:contains('The file is made') ~ .o_group .o_field_widget[name='hash'], .modal .o_field_widget[name='hash']:visible",
        },
        {
            content: "Close",
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        { content: "Done", trigger: "body:not(:has(.modal))" },
    ],
});

tours.add("dunning_request_from_partner", {
    steps: () => [
        {
            content: "Open what stands about collections",
            trigger: ".nav-link[name='dunning']",
            run: "click",
        },
        {
            content: "Somebody wants his data gone",
            trigger: "button:contains('Request about data')",
            run: "click",
        },
        {
            content: "He asks to erase",
            trigger: ".o_field_widget[name='kind'] input[data-value='erase']",
            run: "click",
        },
        {
            content: "The screen says what stands against it",
            trigger: ".alert-warning:visible:contains('still open')",
        },
        {
            content: "and how long the law has the rest kept",
            trigger: ".alert-info:visible:contains('10 years')",
        },
        {
            content: "How did he ask?",
            trigger: ".o_field_widget[name='how'] input",
            run: "click",
        },
        {
            content: "By letter",
            trigger: ".o_select_menu_item:contains('Letter')",
            run: "click",
        },
        {
            content: "It is chosen",
            trigger: ".o_field_widget[name='how'] input:value('Letter')",
        },
        {
            content: "So it is refused: the answer says why",
            trigger: ".o_field_widget[name='answer'] textarea",
            run: "edit Your invoice is still open.",
        },
        {
            content: "Refuse",
            trigger: "button[name='action_refuse']",
            run: "click",
        },
        {
            content: "It is refused, and kept",
            trigger: ".o_field_widget[name='state'] .o_arrow_button_current:contains('Refused')",
        },
    ],
});

tours.add("dunning_request_erased", {
    steps: () => [
        {
            content: "Nothing stands against it any more",
            trigger: ".o_form_view:not(:has(.alert-warning:visible))",
        },
        {
            content: "Erase",
            trigger: "button[name='action_erase']",
            run: "click",
        },
        {
            content: "Yes, for good",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "What the law has kept waits",
            trigger:
                ".o_field_widget[name='state'] .o_arrow_button_current:contains('Rest kept by law')",
        },
        {
            content: "and the answer says until when",
            trigger: ".o_field_widget[name='keep_until']:visible",
        },
    ],
});

tours.add("dunning_retention_dry_run", {
    steps: () => [
        {
            content: "Look at what is past its term",
            trigger: ".o_control_panel button:contains('Look now'):visible",
            run: "click",
        },
        {
            content: "It was a look only",
            trigger: ".alert-info:visible:contains('nothing was erased')",
        },
        {
            content: "Each country with its rule and its article",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:contains('Peru'):contains('10 years')",
        },
        {
            content: "and the raw text of webhooks with its own",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains('90 days')",
        },
    ],
});
