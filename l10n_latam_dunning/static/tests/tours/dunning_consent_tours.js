import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const row = (channel, state) =>
    `.o_dunning_consent[data-channel='${channel}'][data-state='${state}']`;

tours.add("dunning_collections_page", {
    steps: () => [
        { content: "The page", trigger: "a[name='dunning']", run: "click" },
        { content: "Nobody asked for e-mail", trigger: row("email", "never") },
        {
            content: "He agrees to WhatsApp",
            trigger: `${row("whatsapp", "never")} button:contains('Agrees')`,
            run: "click",
        },
        {
            content: "It says what changes",
            trigger:
                ".modal .o_field_widget[name='preview']:contains('something changes for 1 of 1')",
        },
        {
            content: "Without proof",
            trigger: ".modal button[name='action_record']",
            run: "click",
        },
        {
            content: "it is not recorded, and the reason is said",
            trigger: ".modal:contains('without proof is worth nothing')",
        },
        {
            content: "Understood",
            trigger: ".o_error_dialog .modal-footer button",
            run: "click",
        },
        {
            content: "Where the proof is",
            trigger: ".modal .o_field_widget[name='proof'] input",
            run: "edit Contract 2026-014, clause 7 && press Tab",
        },
        { content: "Record", trigger: ".modal button[name='action_record']", run: "click" },
        {
            content: "The state, since when, from what",
            trigger: `body:not(:has(.modal)) ${row("whatsapp", "granted")}:contains('Signed form'):contains('clause 7')`,
        },
        {
            content: "The history too",
            trigger: ".o_field_widget[name='dunning_consent_history_ids'] .o_data_row",
        },
        {
            content: "What a contract says",
            trigger: ".o_dunning_clause",
            run: "click",
        },
        {
            content: "The clause of the country, with its hours",
            trigger: ".modal .o_field_widget[name='text']:contains('08:00–19:00')",
        },
        {
            content: "Close",
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            content: "Back on the page",
            trigger: "body:not(:has(.modal)) .o_dunning_consents",
        },
    ],
});

tours.add("dunning_withdrawal_by_accountant", {
    steps: () => [
        { content: "The page", trigger: "a[name='dunning']", run: "click" },
        {
            content: "He withdraws e-mail, on the telephone",
            trigger: `${row("email", "granted")} button:contains('Withdraws')`,
            run: "click",
        },
        {
            content: "E-mail is the channel",
            trigger: ".modal .o_field_widget[name='email'] input:checked",
        },
        {
            content: "and WhatsApp is not",
            trigger: ".modal .o_field_widget[name='whatsapp'] input:not(:checked)",
        },
        {
            content: "What he said",
            trigger: ".modal .o_field_widget[name='wording'] textarea",
            run: "edit Ya no me manden correos.",
        },
        { content: "Record", trigger: ".modal button[name='action_record']", run: "click" },
        { content: "E-mail has ended", trigger: `body:not(:has(.modal)) ${row("email", "withdrawn")}` },
        { content: "WhatsApp has not", trigger: row("whatsapp", "granted") },
    ],
});

tours.add("dunning_consents_of_many", {
    steps: () => [
        {
            content: "All that are listed",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "What can be done with them",
            trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')",
            run: "click",
        },
        {
            content: "Record what they said",
            trigger: ".o-dropdown--menu .o-dropdown-item:contains('Record consents')",
            run: "click",
        },
        {
            content: "Who withdrew stays out",
            trigger: ".modal .o_field_widget[name='preview']:contains('1 withdrew and stay so')",
        },
        {
            content: "Where the proof is",
            trigger: ".modal .o_field_widget[name='proof'] input",
            run: "edit Forms of November && press Tab",
        },
        { content: "Record", trigger: ".modal button[name='action_record']", run: "click" },
        { content: "It says how many", trigger: ".o_notification:contains('2 facts recorded')" },
    ],
});
