import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const BODY = ".o_field_widget[name='body'] textarea";
const BUBBLE = ".o_dunning_bubble";
const FINDING = ".o_dunning_finding";

/** Type as a person does: without leaving the field. */
function type(text) {
    return ({ anchor }) => {
        anchor.focus();
        anchor.value = text;
        anchor.setSelectionRange(text.length, text.length);
        anchor.dispatchEvent(new InputEvent("input", { bubbles: true }));
    };
}

tours.add("dunning_template_create", {
    steps: () => [
        { content: "A new template", trigger: ".o_list_button_add", run: "click" },
        {
            content: "Name it",
            trigger: ".o_field_widget[name='name'] input",
            run: "edit dunning_tour",
        },
        {
            content: "Its language",
            trigger: ".o_field_widget[name='language'] input",
            run: "edit es",
        },
        {
            content: "Its account",
            trigger: ".o_field_widget[name='account_id'] input",
            run: "edit Lima",
        },
        {
            content: "Choose it",
            trigger: ".o_field_widget[name='account_id'] .dropdown-item:contains('Lima')",
            run: "click",
        },
        {
            content: "Write something bad",
            trigger: BODY,
            run: type("*Aviso* {{customer_name}}: _pague_ ~hoy~ o embargaremos su casa. {{nobody}}"),
        },
        {
            content: "The bubble shows it while it is typed, as WhatsApp does",
            trigger: `${BUBBLE}:has(.o_dunning_bold:contains('Aviso')):has(.o_dunning_italic:contains('pague')):has(.o_dunning_strike:contains('hoy'))`,
            run: () => {
                if (document.activeElement !== document.querySelector("[name='body'] textarea")) {
                    throw new Error("The field lost its focus");
                }
            },
        },
        {
            content: "with the sample in place of the variable",
            trigger: `${BUBBLE} .o_dunning_value:contains('Rosa Quispe')`,
        },
        {
            content: "and what is not known marked",
            trigger: `${BUBBLE} .o_dunning_unknown:contains('{{nobody}}')`,
        },
        {
            content: "WhatsApp's rules are checked",
            trigger: `${FINDING}.o_dunning_error[data-code='edge_variable'][data-source='meta']`,
        },
        {
            content: "and the law's, with a better wording",
            trigger: `${FINDING}.o_dunning_error[data-code='threat'][data-source='law']:contains('embargaremos'):contains('Better')`,
        },
        {
            content: "Write it better",
            trigger: BODY,
            run: type(
                "Hola {{customer_name}}, {{company_name}} le recuerda lo que sigue pendiente:" +
                    " {{invoice_list}}. Son {{amount_total}} ({{amount_detail}}) con vencimiento" +
                    " el {{due_date}} y puede pagar por transferencia. Puede pagar directamente a" +
                    " {{company_identity}}. Para consultas, responda a este número. Factura "
            ),
        },
        { content: "Insert a variable", trigger: "[name='body'] .o_dunning_insert", run: "click" },
        {
            content: "from the list, with its sample",
            trigger: ".o_dunning_variable[data-name='first_invoice']:contains('F001-123')",
            run: "click",
        },
        {
            content: "It stands where the cursor was",
            trigger: `${FINDING}[data-code='edge_variable']`,
            run: () => {
                const text = document.querySelector("[name='body'] textarea").value;
                if (!text.endsWith("Factura {{first_invoice}}")) {
                    throw new Error(text);
                }
            },
        },
        {
            content: "Finish the sentence",
            trigger: BODY,
            run: (helpers) => type(`${helpers.anchor.value}, gracias.`)(helpers),
        },
        {
            content: "A footer",
            trigger: ".o_field_widget[name='footer'] textarea",
            run: type("Responda BAJA para no recibir más avisos"),
        },
        {
            content: "is in the bubble",
            trigger: `${BUBBLE} .o_dunning_bubble_footer:contains('BAJA')`,
        },
        {
            content: "A quick reply",
            trigger: ".o_field_widget[name='button_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "with a label",
            trigger: ".o_selected_row [name='text'] input",
            run: "edit Ya pagué",
        },
        {
            content: "and a meaning",
            trigger: ".o_selected_row [name='action'] input",
            run: "click",
        },
        {
            content: "which is chosen",
            trigger: ".o_select_menu_item:contains('I have paid')",
            run: "click",
        },
        { content: "Leave the row", trigger: ".o_dunning_phone_bar", run: "click" },
        {
            content: "The button is in the bubble",
            trigger: `${BUBBLE} .o_dunning_bubble_button:contains('Ya pagué')`,
        },
        {
            content: "Nothing stands against it",
            trigger: ".o_dunning_findings_title:contains('Nothing stands')",
        },
        { content: "See it dark", trigger: ".o_dunning_phone_toggle", run: "click" },
        { content: "Dark it is", trigger: ".o_dunning_phone_dark" },
        {
            content: "Submit it",
            trigger: "button[name='action_submit']:contains('Submit to WhatsApp')",
            run: "click",
        },
        {
            content: "WhatsApp reviews it",
            trigger: ".o_field_widget[name='status']:contains('PENDING')",
        },
    ],
});

tours.add("dunning_template_approved", {
    steps: () => [
        {
            content: "Not approved yet",
            trigger: ".o_field_widget[name='status']:contains('PENDING')",
        },
        { content: "Read its state", trigger: "button[name='action_read_state']", run: "click" },
        { content: "Approved", trigger: ".o_field_widget[name='status']:contains('APPROVED')" },
        { content: "Its history", trigger: ".nav-link[name='history']", run: "click" },
        {
            content: "says from what to what",
            trigger:
                ".o_field_widget[name='change_ids'] .o_data_row:contains('PENDING'):contains('APPROVED'):contains('Read from WhatsApp')",
        },
        {
            content: "Change the text",
            trigger: BODY,
            run: (helpers) => type(helpers.anchor.value.replace("Hola", "Buenos días"))(helpers),
        },
        {
            content: "It is said that nothing is sent now",
            trigger: ".alert-warning:contains('nothing is sent with it')",
        },
        { content: "Submit the change", trigger: "button:contains('Submit the change')", run: "click" },
        {
            content: "after the limits were read",
            trigger: ".modal:contains('once in 24 hours') .btn-primary",
            run: "click",
        },
        {
            content: "It is under review again",
            trigger: ".o_field_widget[name='status']:contains('PENDING')",
        },
    ],
});

tours.add("dunning_template_marketing", {
    steps: () => [
        {
            content: "It is said what WhatsApp did",
            trigger: ".alert-danger:contains('charges it as such')",
        },
        {
            content: "A manager may accept it",
            trigger: "button[name='action_accept_marketing']",
            run: "click",
        },
        {
            content: "with the prices before his eyes",
            trigger: ".modal .o_field_widget[name='prices'] td:contains('Peru')",
        },
        {
            content: "and the difference to consent",
            trigger: ".modal .alert:contains('another question')",
        },
        { content: "Accept", trigger: ".modal button[name='action_accept']", run: "click" },
        {
            content: "It can be sent",
            trigger:
                ".o_form_view:not(:has(.alert-danger:contains('charges it as such'):visible)) .o_field_widget[name='marketing_accepted_by']",
        },
    ],
});

tours.add("dunning_template_ladder", {
    steps: () => [
        {
            content: "The ladder warns",
            trigger: ".alert-warning:contains('1 of 5 levels')",
        },
        {
            content: "and names level and language",
            trigger: ".o_data_row:contains('Overdue') td[name='template_note']:contains('es: paused')",
        },
        {
            content: "beside those that are ready",
            trigger: ".o_data_row:contains('Due date') td[name='template_note']:contains('es: ready')",
        },
    ],
});
