// Forms for actions, made from what the OpenAPI document says about their bodies.

import {$, h} from "./dom.js";
import {get} from "./api.js";
import {plain, worded} from "./words.js";

let document_;

/** The fields of the body that an action wants; none: it is sent as it is. */
export async function fieldsOf({method, href}) {
  document_ ||= await get("/openapi.json");
  const segments = href.split("/");
  const path = Object.keys(document_.paths).find((template) => {
    const parts = template.split("/");
    return parts.length === segments.length && parts.every((part, n) => part.startsWith("{") || part === segments[n]) && method.toLowerCase() in document_.paths[template];
  });
  const content = document_.paths[path]?.[method.toLowerCase()].requestBody?.content;
  if (!content) return [];
  const schema = resolved(Object.values(content)[0].schema);
  return Object.entries(schema.properties || {})
    .map(([name, of]) => ({name, required: (schema.required || []).includes(name), ...kindOf(resolved(of)), description: of.description}))
    .filter((field) => field.kind);
}

function resolved(schema) {
  if (schema.$ref) return resolved(document_.components.schemas[schema.$ref.split("/").pop()]);
  const real = (schema.anyOf || schema.allOf || []).find((one) => one.type !== "null");
  return real ? {...resolved(real), default: schema.default} : schema;
}

function kindOf(schema) {
  if (schema.enum) return {kind: "select", options: schema.enum, preset: schema.default};
  if (schema.type === "boolean") return {kind: "checkbox"};
  if (schema.type === "integer") return {kind: "number"};
  if (schema.format === "date-time") return {kind: "datetime-local"};
  if (schema.properties?.currency) return {kind: "money"};
  if (schema.type === "string") return {kind: schema.maxLength > 255 ? "textarea" : "text"};
  return {};
}

/** Ask for the fields in a dialog; what was filled in, or null where it was given up. */
export function ask(title, fields, presets = {}) {
  const dialog = $("#dialog");
  const inputs = fields.map((field, n) => ({field, input: inputFor(field, n, presets)}));
  return new Promise((answer) => {
    const form = h("form", {method: "dialog", submit: () => answer(read(inputs))},
      h("h2", {id: "dialog-title"}, title),
      inputs.map(({field, input}) => h("p", {class: field.kind === "checkbox" ? "check" : null},
        h("label", {for: input.id}, plain(field.name), field.required ? null : h("span", {class: "soft"}, " (optional)")), input,
        field.description ? h("small", {id: `${input.id}-help`}, field.description) : null)),
      h("p", {class: "row"},
        h("button", {class: "strong"}, "Send"),
        h("button", {type: "button", click: () => dialog.close()}, "Cancel")));
    dialog.replaceChildren(form);
    dialog.addEventListener("close", () => answer(null), {once: true});
    dialog.showModal();
  });
}

function inputFor(field, n, presets) {
  const preset = presets[field.name] ?? field.preset;
  const common = {id: `field-${n}`, required: field.required, "aria-describedby": field.description ? `field-${n}-help` : null};
  if (field.kind === "textarea") return h("textarea", {...common, rows: 3}, preset ?? "");
  if (field.kind === "select") {
    return h("select", common, field.required ? null : h("option", {value: ""}, "–"),
      field.options.map((one) => h("option", {value: one, selected: one === preset}, worded(one))));
  }
  const type = field.kind === "money" ? "text" : field.kind;
  return h("input", {...common, type, value: preset, placeholder: field.kind === "money" ? "85.00" : null, inputmode: field.kind === "money" ? "decimal" : null});
}

function read(inputs) {
  const filled = {};
  for (const {field, input} of inputs) {
    if (field.kind === "checkbox") filled[field.name] = input.checked;
    else if (input.value === "") continue;
    else if (field.kind === "number") filled[field.name] = Number(input.value);
    else if (field.kind === "datetime-local") filled[field.name] = new Date(input.value).toISOString();
    else filled[field.name] = input.value;
  }
  return filled;
}
