/**
 * Owns how the HTML report looks, on a screen and on paper. One constant text; nothing from outside gets in.
 */
export const reportStyle = `
:root {
  --page: #f6f7f9; --card: #fff; --ink: #1b1f24; --dim: #5d6672; --line: #dfe3e8; --accent: #3b6fb6;
  --succeeded: #2f8f5b; --failed: #c8413b; --cancelled: #9aa3ad; --running: #3b6fb6; --pending: #d5dae0; --warn: #a86400;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181c; --card: #1e2227; --ink: #e6e9ed; --dim: #9aa4b0; --line: #333a42; --accent: #6ea3e8;
    --succeeded: #4fb37c; --failed: #e8716b; --cancelled: #77818c; --running: #6ea3e8; --pending: #3b434c; --warn: #e0a243;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 940px; margin: 0 auto; padding: 32px 20px 56px; }
header { position: relative; margin-bottom: 20px; }
.name { margin: 0 0 4px; color: var(--dim); font-weight: 600; overflow-wrap: anywhere; padding-right: 180px; }
.status { position: absolute; top: 0; right: 0; padding: 2px 12px; border-radius: 99px; color: #fff; background: var(--cancelled); font-size: 13px; font-weight: 600; }
.status.completed { background: #2f8f5b; } .status.failed { background: #c8413b; }
.status.completed_with_errors { background: #a86400; } .status.running { background: #3b6fb6; }
h1 { margin: 0 0 16px; font-size: 24px; line-height: 1.3; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 16px; font-weight: 650; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin: 0 0 16px; }
svg { display: block; width: 100%; }
svg.jobs { height: 12px; border-radius: 6px; overflow: hidden; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 8px 0 0; padding: 0; list-style: none; color: var(--dim); font-size: 13px; }
.legend i { display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 3px; }
rect.succeeded { fill: var(--succeeded); } rect.failed { fill: var(--failed); } rect.cancelled { fill: var(--cancelled); }
rect.running { fill: var(--running); } rect.pending { fill: var(--pending); } rect.bar { fill: var(--accent); }
i.succeeded { background: var(--succeeded); } i.failed { background: var(--failed); } i.cancelled { background: var(--cancelled); }
i.running { background: var(--running); } i.pending { background: var(--pending); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 0; padding: 0; overflow: hidden; }
.figures div { padding: 16px 20px; border-left: 1px solid var(--line); margin-left: -1px; }
.figures span, .figures small { display: block; text-wrap: balance; color: var(--dim); font-size: 13px; min-height: 1.5em; }
.figures b { display: block; font-size: 21px; font-weight: 650; white-space: nowrap; font-variant-numeric: tabular-nums; }
.plot { overflow-x: auto; } .histogram { height: auto; min-width: 640px; }
.histogram text { fill: var(--dim); font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; }
.histogram .count { text-anchor: middle; }
.axis { stroke: var(--line); }
.note { margin: 10px 0 0; color: var(--dim); font-size: 13px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th { text-align: left; color: var(--dim); font-weight: 500; font-size: 13px; }
th, td { padding: 5px 14px 5px 0; vertical-align: top; overflow-wrap: anywhere; }
tbody tr { border-top: 1px solid var(--line); }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; width: 1%; }
td.meter { width: 30%; vertical-align: middle; padding-right: 0; } td.meter svg { height: 8px; border-radius: 4px; }
code { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
details { border-top: 1px solid var(--line); padding: 10px 0; } details:first-of-type { border-top: 0; padding-top: 0; }
details:last-of-type { padding-bottom: 0; }
summary { cursor: pointer; } summary b { color: var(--failed); } details table { margin-top: 8px; }
.tag { padding: 1px 8px; border: 1px solid var(--line); border-radius: 99px; color: var(--dim); font-size: 12px; white-space: nowrap; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 6px 28px; margin: 0; }
dl div { display: flex; gap: 12px; } dt { flex: 0 0 104px; color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 560px) { .name { padding-right: 0; } .status { position: static; display: inline-block; margin-bottom: 8px; } .meter { display: none; } }
@media print {
  .histogram { min-width: 0; }
  :root { --page: #fff; --card: #fff; --ink: #000; --dim: #444; --line: #bbb; --accent: #3b6fb6; --succeeded: #2f8f5b; --failed: #c8413b; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; }
  section { break-inside: avoid; padding: 10px 12px; } details, tr { break-inside: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`
