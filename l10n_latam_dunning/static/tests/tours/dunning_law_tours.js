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
