// Elements, made without any HTML in strings.

/** An element: `h("p", {class: "soft"}, "text", another)`. Functions are listeners, null and false are left out. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (selector) => document.querySelector(selector);

/** Put children in place of what is there; nothing happens where nothing would change, so that focus stays. */
export function fill(element, ...children) {
  const next = h("div", {}, children);
  if (next.innerHTML !== element.innerHTML) element.replaceChildren(...next.childNodes);
}

/** Say something to everybody, those who listen included. */
export function say(text) {
  $("#said").textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => ($("#said").textContent = ""), 6000);
}
