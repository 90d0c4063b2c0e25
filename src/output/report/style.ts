import chartStyle from "uplot/css" with { type: "text" };

/** How a report looks. The colours of both schemes keep a contrast of 4.5 and more where they are text. */
const LIGHT = `--page:#f5f6f8;--card:#fff;--text:#1a2027;--soft:#566070;--line:#dce1e8;--faint:#eef1f5;--focus:#0b63c4;
--in:#0b63c4;--out:#b04a06;--good:#1a7f4b;--bad:#c4232f;
--open:#0b63c4;--closed:#2c8c5c;--failed:#c4232f;--reset:#b06a00;--timeout:#7a45d1;--killed:#b8338a;--silent:#7b8694`;
const DARK =
  `--page:#0e1216;--card:#161b21;--text:#e7ebf0;--soft:#9ba7b6;--line:#2c343e;--faint:#1e252d;--focus:#6cb2ff;
--in:#5aa9ff;--out:#f2a460;--good:#55c08a;--bad:#ff7b7b;
--open:#5aa9ff;--closed:#46ad7c;--failed:#ff6b6b;--reset:#e0a437;--timeout:#b795f5;--killed:#f07cc0;--silent:#7f8b9a`;

/** Without what could end the element that it stands in. */
export const STYLE = `${chartStyle.replaceAll("<", "")}
:root{color-scheme:light dark;${LIGHT}}
@media(prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
.skip{position:absolute;left:-99em}
.skip:focus{left:1em;top:1em;background:var(--card);padding:.5em 1em;z-index:9}
header,main,footer{max-width:1240px;margin:0 auto;padding:0 24px}
header{padding-top:36px}
h1{font-size:27px;line-height:1.25;margin:0 0 4px;letter-spacing:-.01em;overflow-wrap:anywhere}
h1 code{font:600 .92em ui-monospace,monospace}
h2{font-size:18px;margin:0 0 12px}
h3{font-size:15px;margin:20px 0 8px}
p{margin:0 0 10px;max-width:85ch}
a{color:var(--focus)}
.soft,.more,figcaption,footer{color:var(--soft)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;margin:18px 0 0}
section,.tiles>div{background:var(--card);border:1px solid var(--line);border-radius:12px}
section>p:last-child{margin-bottom:0}
section{padding:20px 22px;margin:18px 0;min-width:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:22px 0 0}
.tiles>div{padding:14px 16px}
.tiles dt{color:var(--soft);font-size:13px}
.tiles dd{margin:0}
.tiles .big{font-size:23px;font-weight:600;line-height:1.3;letter-spacing:-.01em}
.tiles .in{color:var(--in)}.tiles .out{color:var(--out)}
.good{color:var(--good)}.bad{color:var(--bad)}
.notes{margin:18px 0 0;padding:12px 16px 12px 34px;background:var(--card);border:1px solid var(--line);border-left:4px solid var(--reset);border-radius:8px}
.scroll{overflow:auto;max-height:520px;border:1px solid var(--line);border-radius:8px}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:14px}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;padding:5px 12px;border-bottom:1px solid var(--line);vertical-align:top;unicode-bidi:isolate}
tbody tr:last-child>*{border-bottom:0}
thead th{position:sticky;top:0;background:var(--faint);z-index:1;white-space:nowrap;font-size:13px;color:var(--soft)}
tbody th{font-weight:500}
td,tbody th{overflow-wrap:anywhere;min-width:8.5em}
td.figure{min-width:0}
.figure{text-align:right;white-space:nowrap}
tbody tr:hover>*{background:var(--faint)}
th button{all:unset;cursor:pointer}
th button::after{content:" ";display:inline-block;width:1.1em;text-align:right}
th[aria-sort=ascending] button::after{content:"↑"}
th[aria-sort=descending] button::after{content:"↓"}
:focus-visible,th button:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:4px}
.share{width:90px;height:8px;vertical-align:middle}
.share rect{fill:var(--in)}.share .whole{fill:var(--faint)}
.kind{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:6px;background:var(--silent)}
.kind.in{background:var(--in)}.kind.out{background:var(--out)}
.kind.open{background:var(--open)}.kind.closed{background:var(--closed)}.kind.failed{background:var(--failed)}
.kind.reset{background:var(--reset)}.kind.timeout{background:var(--timeout)}.kind.killed{background:var(--killed)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;margin:10px 0;font-size:13px}
.map{margin:0 0 16px;overflow-x:auto}
.map>svg{display:block;width:100%;min-width:680px;height:auto;overflow:visible}
.map text{font-size:13px;fill:var(--text)}
.map .below,.map .ports{font-size:11px;fill:var(--soft)}
.map .ports.end{text-anchor:end}
.map .node rect{fill:var(--faint);stroke:var(--line)}
.map .process rect,.map .container rect,.map .machine rect{stroke:var(--in)}
.map .edge path{fill:none;stroke:var(--in);stroke-opacity:.42}
.map .edge.failed path{stroke:var(--failed)}.map .edge.partly path{stroke:var(--reset)}
.map .edge:hover path{stroke-opacity:.9}
.tools{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:0 0 10px}
.tools button,.tools input{font:inherit;font-size:13px;color:var(--text);background:var(--faint);border:1px solid var(--line);border-radius:7px;padding:4px 11px}
.tools button{cursor:pointer}.tools button:hover:not(:disabled){border-color:var(--soft)}
.tools button:disabled{color:var(--soft);cursor:default}
.tools button[aria-pressed=false]{text-decoration:line-through;color:var(--soft)}
.tools input{min-width:260px}
#rates-keys{display:flex;gap:8px;margin-left:10px}
.tools .told{color:var(--soft);font-size:13px;margin-left:auto}
kbd{font:12px ui-monospace,monospace;border:1px solid var(--line);border-radius:4px;padding:0 5px;background:var(--faint)}
#bars-box{position:relative;overflow-y:auto;max-height:440px;border:1px solid var(--line);border-radius:8px}
#bars{position:sticky;top:0;display:block}
#tip{position:fixed;z-index:8;pointer-events:none;background:var(--card);border:1px solid var(--soft);border-radius:8px;padding:7px 11px;font-size:13px;max-width:420px;white-space:pre-line;overflow-wrap:anywhere;box-shadow:0 4px 18px #0003}
.uplot{font-family:inherit}
.u-select{background:var(--in);opacity:.16}
details{margin-top:12px}
summary{cursor:pointer;color:var(--soft)}
[hidden]{display:none!important}
footer{font-size:13px;padding-top:6px;padding-bottom:40px}
@media(max-width:640px){header,main,footer{padding-left:12px;padding-right:12px}section{padding:14px 12px}}
@media print{.scroll,#bars-box{max-height:none;overflow:visible}.tools,nav{display:none}section{break-inside:avoid-page}}
`;
