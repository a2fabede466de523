// The clocks of a ticket, read from the API and moved on in between.

import {get} from "./api.js";
import {fill, h} from "./dom.js";
import {instant, mood, plain, span, worded} from "./words.js";

const READ = 15000;
const STATES = {running: "running", paused: "stands still", met: "kept", breached: "missed", cancelled: "no longer measured"};

/** Show them in `element`; `read()` asks at once, `stop()` ends it. */
export function clocks(element, path) {
  let read = null, since = 0, stopped = false;
  const show = () => {
    if (!read) return;
    const gone = (performance.now() - since) / 1000;
    fill(element, read.data.length ? h("ul", {class: "clocks", "aria-label": "Clocks"}, read.data.map((one) => h("li", {class: `card ${mood(one.state)}`}, face(one, gone)))) : null);
  };
  const ask = async () => {
    const told = await get(`${path}/clocks`).catch(() => null);
    if (!told || stopped) return;
    [read, since] = [told, performance.now()];
    show();
  };
  const ticking = setInterval(show, 1000), reading = setInterval(ask, READ);
  return {read: ask, stop() { stopped = true; clearInterval(ticking); clearInterval(reading); }};
}

function face(clock, gone) {
  // Time that counts only in open hours is told by the desk alone.
  const moves = clock.state === "running" && clock.kind === "elapsed" ? gone : 0;
  const left = clock.remaining_seconds === null ? null : clock.remaining_seconds - moves;
  const whole = clock.consumed_seconds + (clock.remaining_seconds ?? 0), name = worded(clock.metric);
  return [
    h("h2", {}, name, clock.cycle > 1 ? ` ${clock.cycle}` : "", " ", h("span", {class: `pill ${mood(clock.state)}`}, STATES[clock.state])),
    ["running", "paused"].includes(clock.state) && left !== null
      ? h("p", {class: "big"}, left > 0 ? `${span(left)} left` : `${span(-left)} late`)
      : h("p", {class: "big"}, clock.stopped_at ? instant(clock.stopped_at) : plain(clock.state)),
    whole && left !== null ? h("progress", {max: whole, value: Math.min(whole, clock.consumed_seconds + moves), "aria-label": `${name}: time used`}) : null,
    h("p", {class: "soft"}, clock.due_at ? `due ${instant(clock.due_at)}` : "no time is promised", clock.calendar && clock.calendar !== "always" ? `, in ${plain(clock.calendar).toLowerCase()} hours` : ""),
  ];
}
