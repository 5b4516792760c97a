/** WhatsApp's own formatting: what stands between two marks, and their names here. */
const MARKS = [
    ["```", "mono"],
    ["*", "bold"],
    ["_", "italic"],
    ["~", "strike"],
];
// Placeholders travel through the formatting as one character each side, which nobody types.
const OPEN = "\uE000";
const CLOSE = "\uE001";
const VARIABLE = /\{\{([^{}]*)\}\}/g;

function escaped(mark) {
    return mark.replace(/[*]/g, "\\$&");
}

/** The first part of a text that stands between two marks, or null. */
function firstMarked(text) {
    let first = null;
    for (const [mark, name] of MARKS) {
        const body = mark === "```" ? "[\\s\\S]+?" : "\\S|\\S[^\\n]*?\\S";
        const pattern = new RegExp(
            `(?<![\\p{L}\\p{N}])${escaped(mark)}(${body})${escaped(mark)}(?![\\p{L}\\p{N}])`,
            "u"
        );
        const found = pattern.exec(text);
        if (found && (!first || found.index < first.index)) {
            first = { index: found.index, end: found.index + found[0].length, text: found[1], name };
        }
    }
    return first;
}

function formatted(text, styles) {
    const found = styles.includes("mono") ? null : firstMarked(text);
    if (!found) {
        return text ? [{ text, styles }] : [];
    }
    return [
        ...formatted(text.slice(0, found.index), styles),
        ...formatted(found.text, [...styles, found.name]),
        ...formatted(text.slice(found.end), styles),
    ];
}

function filled({ text, styles }, values) {
    return text
        .split(new RegExp(`(${OPEN}[^${CLOSE}]*${CLOSE})`))
        .filter(Boolean)
        .map((part) => {
            if (!part.startsWith(OPEN)) {
                return { text: part, styles };
            }
            const name = part.slice(1, -1);
            return name in values
                ? { text: values[name], styles: [...styles, "value"] }
                : { text: `{{${name}}}`, styles: [...styles, "unknown"] };
        });
}

/**
 * A template's text as spans of plain text with the names of their styles: bold, italic, strike
 * and mono as WhatsApp writes them, `value` for what was filled in, `unknown` for a variable
 * without a value.
 */
export function whatsappSpans(text, values) {
    const marked = (text || "").replace(VARIABLE, `${OPEN}$1${CLOSE}`);
    return formatted(marked, []).flatMap((span) => filled(span, values));
}
