import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const PAGE = ".o_form_view .nav-link[name^='dunning']";
const LINKS = ".o_field_widget[name='dunning_link_ids']";

tours.add("dunning_first_touch_ask", {
    steps: () => [
        {
            content: "Ask for the reminder",
            trigger: "button[name='action_dunning_send']",
            run: "click",
        },
        {
            content: "The number has to be asked first",
            trigger: ".modal .o_field_widget[name='reasons']:contains('neutral message asks')",
        },
        {
            content: "Ask",
            trigger: ".modal button[name='action_ask']:visible",
            run: "click",
        },
        {
            content: "It is said that it is on its way",
            trigger: ".o_notification:contains('question is on its way')",
        },
    ],
});

tours.add("dunning_first_touch_waits", {
    steps: () => [
        { content: "Open the page", trigger: PAGE, run: "click" },
        {
            content: "The reminder waits for the answer",
            trigger:
                ".o_dunning_why li[data-code='first_touch']:contains('waits for the answer')",
        },
    ],
});

tours.add("dunning_first_touch_yes", {
    steps: () => [
        {
            content: "The number is verified",
            trigger:
                ".o_field_widget[name='state'] .o_arrow_button_current:contains('Verified')",
        },
        {
            content: "by the answer",
            trigger: ".o_field_widget[name='link_ids'] .o_data_row:contains('An answer from there')",
        },
        {
            content: "to the neutral message",
            trigger: ".o_field_widget[name='asked_words']:contains('neutral message')",
        },
    ],
});

tours.add("dunning_first_touch_no", {
    steps: () => [
        { content: "Open the page", trigger: PAGE, run: "click" },
        {
            content: "The number is set aside",
            trigger: `${LINKS} .o_data_row:contains('Not theirs')`,
        },
        {
            content: "and nobody can simply call it theirs",
            trigger: `${LINKS} .o_data_row:not(:has(button[name='action_confirm']))`,
        },
    ],
});

tours.add("dunning_third_party", {
    steps: () => [
        { content: "Open the page", trigger: PAGE, run: "click" },
        {
            content: "Say who answers at the number",
            trigger: `${LINKS} .o_data_row button[name='action_role']`,
            run: "click",
        },
        {
            content: "An employer",
            trigger: ".modal .o_field_widget[name='role'] input[data-value='third_party']",
            run: "click",
        },
        {
            content: "What that means is said",
            trigger: ".modal .alert:contains('Nothing about the debt')",
        },
        {
            content: "From what this is known",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Reception of his firm",
        },
        { content: "Save", trigger: ".modal button[name='action_save']", run: "click" },
        {
            content: "It stands on the partner",
            trigger: `body:not(:has(.modal)) ${LINKS} .o_data_row:contains('third party')`,
        },
    ],
});

tours.add("dunning_shared_numbers", {
    steps: () => [
        {
            content: "Open the filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Numbers of several partners",
            trigger: ".o_filter_menu .o_menu_item:contains('Shared numbers')",
            run: "click",
        },
        {
            content: "One is listed with both",
            trigger: ".o_list_view .o_data_row:contains('Rosa Quispe'):contains('Twin')",
        },
    ],
});
