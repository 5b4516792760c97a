import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const BLOCK = ".o_dunning_why .o_dunning_block";

tours.add("dunning_why_on_invoice", {
    steps: () => [
        {
            content: "Nothing is asked before the page is opened",
            trigger: ".o_form_view .nav-link[name='dunning']:not(.active)",
            run: () => {
                if (document.querySelector(".o_dunning_why")) {
                    throw new Error("The panel was loaded with the form");
                }
            },
        },
        { content: "Open it", trigger: ".nav-link[name='dunning']", run: "click" },
        {
            content: "It says what happens",
            trigger: `${BLOCK}[data-outcome='refuse']:contains('No reminder is sent now')`,
        },
        {
            content: "which rule stands against it, of which layer, with its source",
            trigger: `${BLOCK} li[data-code='no_consent']:contains('Law') a[href^='https://']`,
        },
        {
            content: "and what would have to change",
            trigger: `${BLOCK} li[data-code='no_consent'] .o_dunning_remedy:contains('record the consent')`,
        },
    ],
});

tours.add("dunning_why_on_partner", {
    steps: () => [
        { content: "Open the page", trigger: ".nav-link[name='dunning']", run: "click" },
        {
            content: "Invoices that meet the same rules stand together",
            trigger: `${BLOCK} .o_dunning_title:contains('/'):contains(',')`,
        },
        {
            content: "with their reason",
            trigger: `${BLOCK} li[data-code='no_consent'] .o_dunning_text`,
        },
    ],
});

tours.add("dunning_why_on_message", {
    steps: () => [
        {
            content: "What came from outside is shown as text",
            trigger: `${BLOCK}[data-outcome='refuse']:contains('<img src=x>')`,
            run: () => {
                if (document.querySelector(".o_dunning_why img")) {
                    throw new Error("Text became markup");
                }
            },
        },
        {
            content: "The rules that it kept can be unfolded",
            trigger: `${BLOCK} details summary:contains('PE@')`,
            run: "click",
        },
        {
            content: "with their articles",
            trigger: `${BLOCK} details[open] li[data-code='outside_window']:contains('Law')`,
        },
    ],
});

tours.add("dunning_not_sent", {
    steps: () => [
        {
            content: "Reasons are words, and are counted",
            trigger: ".o_group_header:contains('No consent (2)')",
            run: "click",
        },
        {
            content: "The explanation can be read",
            trigger: ".o_data_row td[name='outcome_note']:contains('not agreed')",
        },
        {
            content: "So can what would have to change",
            trigger: ".o_data_row td[name='remedy']:contains('record the consent')",
        },
        {
            content: "Open one",
            trigger: ".o_data_row td[name='partner_id']",
            run: "click",
        },
        {
            content: "Its own verdict is on the form",
            trigger: `.o_form_view ${BLOCK} li[data-code='no_consent']`,
        },
    ],
});

tours.add("dunning_week_grid", {
    steps: () => [
        {
            content: "Countries are compared by their weeks",
            trigger: ".o_kanban_record:contains('Colombia') .o_dunning_week_compact .o_dunning_week_law",
        },
        {
            content: "Open one",
            trigger: ".o_kanban_record:contains('Colombia')",
            run: "click",
        },
        {
            content: "The drawing is said in words too",
            trigger: ".o_form_view .o_dunning_week_days[role='img'][aria-label*='Mon–Fri']",
        },
        {
            content: "Seven days, each with both layers where they are open",
            trigger:
                ".o_form_view .o_dunning_week_day:nth-child(6) .o_dunning_week_track:has(.o_dunning_week_law):has(.o_dunning_week_prudent)",
        },
        {
            content: "Sunday is closed",
            trigger:
                ".o_form_view .o_dunning_week_day:nth-child(7) .o_dunning_week_track:not(:has(span))",
        },
    ],
});

tours.add("dunning_dry_run", {
    steps: () => [
        {
            content: "Ask what would happen",
            trigger: "button[name='action_forecast']",
            run: "click",
        },
        {
            content: "What would be sent",
            trigger: ".o_list_view .o_data_row:contains('Rosa'):contains('Would be sent')",
        },
        {
            content: "and what would not, and why",
            trigger:
                ".o_list_view .o_data_row:contains('Luis') td[name='explanation']:contains('not agreed')",
        },
        { content: "The same as a calendar", trigger: "button.o_calendar", run: "click" },
        {
            content: "with the hour at the debtor",
            trigger: ".o_calendar_view .fc-event:contains('Rosa')",
        },
    ],
});

tours.add("dunning_replay", {
    steps: () => [
        {
            content: "Replay the last days",
            trigger: "button[name='action_replay']",
            run: "click",
        },
        {
            content: "Messages by level, on paper and in fact",
            trigger: ".o_field_widget[name='level_line_ids'] .o_data_row:contains('Overdue')",
        },
        {
            content: "Refusals by reason",
            trigger: ".o_field_widget[name='reason_line_ids'] .o_data_row:contains('No consent')",
        },
        {
            content: "Look back less far",
            trigger: ".o_field_widget[name='days'] input",
            run: "edit 1",
        },
        { content: "Again", trigger: "button[name='action_run']", run: "click" },
        {
            content: "The rungs of before are gone",
            trigger:
                ".o_field_widget[name='level_line_ids']:not(:has(.o_data_row:contains('Due date')))",
        },
    ],
});

const chooseDebtor = (name) => [
    {
        content: `Look for ${name}`,
        trigger: ".o_field_widget[name='partner_id'] input",
        run: `edit ${name}`,
    },
    {
        content: `Choose ${name}`,
        trigger: `.o-autocomplete--dropdown-item:contains('${name}')`,
        run: "click",
    },
];

tours.add("dunning_other_hours", {
    steps: () => [
        ...chooseDebtor("Rosa"),
        {
            content: "Which kinds are there in Peru?",
            trigger: ".o_field_widget[name='kind'] input",
            run: "click",
        },
        {
            content: "The law of Peru knows no other hours",
            trigger:
                ".o_select_menu_menu:has(:contains('General opt-in')):not(:has(:contains('Other hours')))",
        },
        ...chooseDebtor("Camila"),
        {
            content: "Which kinds are there in Colombia?",
            trigger: ".o_field_widget[name='kind'] input",
            run: "click",
        },
        {
            content: "Other hours",
            trigger: ".o_select_menu_item:contains('Other hours')",
            run: "click",
        },
        {
            content: "It is explained, with the article",
            trigger: ".alert:visible:contains('a document of its own'):contains('art. 3 par.')",
        },
        {
            content: "Hours as people write them",
            trigger: ".o_field_widget[name='hours'] input",
            run: "edit Lu-Vi 19-21 && press Tab",
        },
        {
            content: "Where the proof is",
            trigger: ".o_field_widget[name='proof'] input",
            run: "edit Letter of 20 November && press Tab",
        },
        { content: "Save", trigger: "button[special='save']", run: "click" },
        {
            content: "What was read, where it is wrong, how to write it",
            trigger: ".modal:contains('“Lu-Vi”'):contains('Write for example')",
        },
        { content: "Understood", trigger: ".modal footer button", run: "click" },
        {
            content: "Hours as the program reads them",
            trigger: ".o_field_widget[name='hours'] input",
            run: "edit Mo-Fr 19:00-21:00 && press Tab",
        },
        {
            content: "and says them in words",
            trigger: ".o_field_widget[name='hours_text']:contains('Mon–Fri 19:00–21:00')",
        },
        { content: "Save", trigger: "button[special='save']", run: "click" },
        {
            content: "They are in force until he takes them back",
            trigger: "button[name='action_end_hours']:visible",
            run: "click",
        },
        { content: "He does", trigger: ".modal footer .btn-primary", run: "click" },
        {
            content: "That is a fact of its own",
            trigger: ".o_field_widget[name='event']:contains('Withdrawn')",
        },
    ],
});

tours.add("dunning_prices", {
    steps: () => [
        {
            content: "It says what is to be entered",
            trigger: ".o_view_nocontent:contains('what your provider charges')",
        },
        { content: "A price", trigger: ".o_list_button_add", run: "click" },
        {
            content: "of a category",
            trigger: ".o_data_row td[name='category'] input",
            run: "edit UTILITY",
        },
        {
            content: "in a country",
            trigger: ".o_data_row td[name='country_id'] input",
            run: "edit Peru",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item:contains('Peru')",
            run: "click",
        },
        {
            content: "of less than a cent",
            trigger: ".o_data_row td[name='price'] input",
            run: "edit 0.0008",
        },
        { content: "Save", trigger: ".o_list_button_save", run: "click" },
        {
            content: "It is kept to the last digit",
            trigger: ".o_data_row:not(.o_selected_row) td[name='price']:contains('0.000800')",
        },
    ],
});
