"use strict";

// Renders the OpenAPI description with text nodes only: nothing in it can become markup.
function make(tag, content = [], className = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...[content].flat());
  return node;
}

function link(reference) {
  const name = reference.split("/").pop();
  const anchor = make("a", name);
  anchor.href = `#${name}`;
  return anchor;
}

function typeOf(schema = {}) {
  if (schema.$ref) return [link(schema.$ref)];
  const several = schema.anyOf || schema.oneOf;
  if (several) return several.flatMap((each, index) => (index ? [" or "] : []).concat(typeOf(each)));
  if (schema.type === "array") return ["list of ", ...typeOf(schema.items)];
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (schema.enum) return [schema.enum.join(" | ")];
  return [schema.format || schema.type || "anything"];
}

function table(rows) {
  return make("table", rows.map((cells) => make("tr", cells.map((cell) => make("td", cell)))));
}

function fields(schema) {
  const required = new Set(schema.required || []);
  return table(Object.entries(schema.properties || {}).map(([name, field]) => [
    make("code", name), typeOf(field), required.has(name) ? "required" : "", field.description || "",
  ]));
}

function call(path, method, operation) {
  const parts = [
    make("summary", [make("span", method.toUpperCase(), "method"), make("code", path),
      make("span", operation.description || operation.summary || "", "soft")]),
  ];
  const parameters = operation.parameters || [];
  if (parameters.length) {
    parts.push(make("h2", "Parameters"), table(parameters.map((each) => [
      make("code", each.name), each.in, typeOf(each.schema), each.description || "",
    ])));
  }
  for (const [type, { schema }] of Object.entries(operation.requestBody?.content || {})) {
    parts.push(make("h2", ["Body ", make("code", type)]), schema.properties ? fields(schema) : make("p", typeOf(schema)));
  }
  parts.push(make("h2", "Answers"), table(Object.entries(operation.responses).map(([status, answer]) => [
    make("code", status), answer.description,
    Object.entries(answer.content || {}).flatMap(([type, { schema }]) => [`${type} `, ...typeOf(schema), " "]),
  ])));
  return make("details", parts);
}

async function show() {
  const description = await (await fetch("/api/openapi.json")).json();
  document.getElementById("title").textContent = `${description.info.title} API ${description.info.version}`;
  document.getElementById("description").prepend(`${description.info.description.replaceAll("`", "")} `);
  const groups = new Map();
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const group = operation.tags[0];
      if (!groups.has(group)) groups.set(group, [make("h2", group)]);
      groups.get(group).push(call(path, method, operation));
    }
  }
  document.getElementById("calls").append(...[...groups.values()].map((parts) => make("section", parts, "card")));
  for (const [name, schema] of Object.entries(description.components.schemas)) {
    const card = make("section", [make("h2", name), make("p", schema.description || "", "soft"),
      schema.properties ? fields(schema) : make("p", typeOf(schema))], "card");
    card.id = name;
    document.getElementById("objects").append(card);
  }
}

show();
