"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  root.classList.add("js");
  all("[data-script]").forEach((element) => { element.hidden = false; });

  // Theme: the system's until the reader chooses; kept where the browser lets a file keep anything.
  const remembered = {
    get() { try { return localStorage.getItem("auditor-theme"); } catch { return null; } },
    set(theme) { try { localStorage.setItem("auditor-theme", theme); } catch { /* a file may have no storage */ } },
  };
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
  const themeButton = one("#theme");
  const showTheme = () => {
    themeButton.textContent = isDark() ? "Light" : "Dark";
    themeButton.setAttribute("aria-label", `Switch to the ${isDark() ? "light" : "dark"} theme`);
  };
  const stored = remembered.get();
  if (stored === "dark" || stored === "light") root.dataset.theme = stored;
  themeButton.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remembered.set(root.dataset.theme);
    showTheme();
  });
  systemDark.addEventListener("change", showTheme);
  showTheme();

  // Copy: characters that the page writes out (\u202e) are put back, so that the copied statement is the real one.
  const statement = (pre) => {
    const copy = pre.cloneNode(true);
    all(".code-point", copy).forEach((point) => point.replaceWith(String.fromCodePoint(Number(point.dataset.code))));
    return copy.textContent;
  };
  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { // a page opened as a file may have no clipboard
      const area = make("textarea", { value: text, readOnly: true });
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  all(".code").forEach((code) => {
    const pre = one("pre", code);
    if (pre.dataset.cut !== undefined) return;
    const button = make("button", { type: "button", className: "copy", textContent: "Copy" });
    button.addEventListener("click", async () => {
      const fingerprint = code.closest(".finding")?.dataset.fingerprint;
      const about = fingerprint ? `-- auditor ${fingerprint}, run ${root.dataset.run}: review before running\n` : "";
      button.textContent = (await copied(about + statement(pre))) ? "Copied" : "Press Ctrl-C";
      setTimeout(() => { button.textContent = "Copy"; }, 1600);
    });
    code.prepend(button);
  });

  // Tabs: without this script the panels stand one below the other, each under its heading.
  let numbered = 0;
  all(".tabs").forEach((tabs) => {
    const panels = all(".panel", tabs);
    if (panels.length < 2) return;
    const list = make("div", { className: "tablist" });
    list.setAttribute("role", "tablist");
    const buttons = panels.map((panel) => {
      panel.id = `panel-${++numbered}`;
      const button = make("button", { type: "button", id: `tab-${numbered}`, textContent: one(".name", panel).textContent });
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", button.id);
      return button;
    });
    const select = (chosen) => buttons.forEach((button, number) => {
      button.setAttribute("aria-selected", String(number === chosen));
      button.tabIndex = number === chosen ? 0 : -1;
      panels[number].hidden = number !== chosen;
    });
    buttons.forEach((button, number) => {
      button.addEventListener("click", () => select(number));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = (number + step + buttons.length) % buttons.length;
        select(next);
        buttons[next].focus();
      });
    });
    list.append(...buttons);
    tabs.prepend(list);
    select(0);
  });

  // Filters: their state is the address (#severity=blocker&table=public.calls), so that a link shows what its sender saw.
  const findings = all(".finding");
  const groups = all(".group");
  const chips = all(".chips button");
  const controls = { check: one("#filter-check"), table: one("#filter-table"), text: one("#filter-text") };
  const texts = new Map(findings.map((each) => [each, one(".line", each).textContent.toLowerCase()]));
  const options = (control, values) => [...new Set(values)].sort().forEach((value) => {
    control.append(make("option", { value, textContent: value }));
  });
  const total = one("#shown").dataset.total;
  const rest = total === findings.length.toLocaleString("en") ? "" : `, ${total} in report.json`;
  const initiallyOpen = new Map(groups.map((group) => [group, group.open]));
  const state = () => ({
    severity: chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.value),
    check: controls.check.value, table: controls.table.value, text: controls.text.value.trim(),
  });
  const matches = (finding, { severity, check, table, text }) =>
    (!severity.length || severity.includes(finding.dataset.severity)) &&
    (!check || finding.dataset.check === check) &&
    (!table || finding.dataset.table === table) &&
    (!text || texts.get(finding).includes(text.toLowerCase()));
  const show = (wanted) => {
    const active = Boolean(wanted.severity.length || wanted.check || wanted.table || wanted.text);
    let shown = 0;
    groups.forEach((group) => {
      const members = all(".finding", group);
      members.forEach((each) => { each.hidden = !matches(each, wanted); });
      const visible = members.filter((each) => !each.hidden).length;
      shown += visible;
      group.hidden = active && visible === 0;
      group.open = active ? visible > 0 && (visible <= 25 || initiallyOpen.get(group)) : initiallyOpen.get(group);
    });
    one("#shown").textContent = `${shown.toLocaleString("en")} of ${findings.length.toLocaleString("en")} shown${rest}`;
    one("#clear").hidden = !active;
    one("#nothing").hidden = !active || shown > 0;
  };
  const address = (wanted) => {
    const parameters = new URLSearchParams();
    if (wanted.severity.length) parameters.set("severity", wanted.severity.join(","));
    ["check", "table", "text"].forEach((key) => { if (wanted[key]) parameters.set(key, wanted[key]); });
    return parameters.toString();
  };
  const changed = () => {
    const wanted = state();
    history.replaceState(null, "", `#${address(wanted)}`);
    show(wanted);
  };
  const choose = (control, value) => {
    if (value && ![...control.options].some((option) => option.value === value)) options(control, [value]);
    control.value = value;
  };
  const read = () => {
    const parameters = new URLSearchParams(location.hash.slice(1));
    const severities = (parameters.get("severity") ?? "").split(",");
    chips.forEach((chip) => chip.setAttribute("aria-pressed", String(severities.includes(chip.value))));
    choose(controls.check, parameters.get("check") ?? "");
    choose(controls.table, parameters.get("table") ?? "");
    controls.text.value = parameters.get("text") ?? "";
    show(state());
  };
  const reveal = (target) => {
    for (let place = target; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
    target.scrollIntoView();
  };
  const follow = () => {
    const target = location.hash.length > 1 && document.getElementById(decodedHash());
    if (target) {
      if (target.matches(".finding")) show({ severity: [], check: "", table: "", text: "" });
      if (target.matches(".finding, .fold, section")) reveal(target);
    } else {
      read();
      if (/[#&](severity|check|table|text)=/.test(location.hash)) one("#findings").scrollIntoView();
    }
  };
  const decodedHash = () => { try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; } };
  options(controls.check, findings.map((each) => each.dataset.check));
  options(controls.table, findings.map((each) => each.dataset.table).filter(Boolean));
  chips.forEach((chip) => chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    changed();
  }));
  controls.check.addEventListener("change", changed);
  controls.table.addEventListener("change", changed);
  controls.text.addEventListener("input", changed);
  one("#clear").addEventListener("click", () => { history.replaceState(null, "", "#findings"); read(); });
  addEventListener("hashchange", follow);
  read();
  if (location.hash.length > 1) follow();

  // Print: blockers in full; what the reader had opened comes back afterwards.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all('.finding[data-severity="blocker"]:not([open])').filter((each) => each.tagName === "DETAILS");
    opened.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((each) => { each.open = false; }));

  one("#download").addEventListener("click", () => {
    const blob = new Blob([one("#report").textContent], { type: "application/json" });
    const link = make("a", { href: URL.createObjectURL(blob), download: one("#report").dataset.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
})();
