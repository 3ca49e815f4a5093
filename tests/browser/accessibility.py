"""What WCAG 2.2 AA asks and a program can tell: each a script of our own that gives what fails.

Not axe-core: what it adds for pages without forms and widgets is little, and half a megabyte of script is much to keep.
"""

_SHOWN = """
const shown = node => { const box = node.getBoundingClientRect(); return box.width > 1 && box.height > 1
  && getComputedStyle(node).visibility !== 'hidden' && !node.closest('.unseen, .skip'); };
const tell = node => node.outerHTML.slice(0, 160);
"""

_COLOUR = """
const channels = text => (text.match(/[\\d.]+/g) || []).map(Number);
const over = (top, under) => { const alpha = top.length > 3 ? top[3] : 1;
  return [0, 1, 2].map(place => top[place] * alpha + under[place] * (1 - alpha)); };
const ground = node => { const layers = [];
  for (let at = node; at; at = at.parentElement) layers.unshift(channels(getComputedStyle(at).backgroundColor));
  return layers.reduce((under, top) => over(top, under), [255, 255, 255]); };
const light = colour => { const [r, g, b] = colour.map(part => { const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const contrast = (one, other) => { const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05); };
"""


def _script(body: str) -> str:
    return f"(() => {{ {_SHOWN} {_COLOUR} const found = []; {body} return found; }})()"


CHECKS = {
    "1.4.3 contrast": _script("""
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
          const node = walk.currentNode.parentElement;
          if (!walk.currentNode.data.trim() || !shown(node)) continue;
          const style = getComputedStyle(node), back = ground(node), size = parseFloat(style.fontSize);
          const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
          const ratio = contrast(over(channels(style.color), back), back);
          if (ratio < (large ? 3 : 4.5)) found.push([ratio, tell(node)]);
        }"""),
    "1.3.1 headings in order": _script("""
        let before = 0;
        const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(node => Number(node.tagName[1]));
        if (levels.filter(level => level === 1).length !== 1) found.push(levels);
        for (const level of levels) { if (level > before + 1) found.push([before, level]); before = level; }"""),
    "1.3.1 landmarks": _script("""
        for (const name of ['header', 'main', 'footer'])
          if (document.querySelectorAll(`body > ${name}`).length !== 1) found.push(name);
        for (const node of document.body.children)
          if (!node.matches('header, main, footer, a.skip')) found.push(tell(node));
        const names = [...document.querySelectorAll('nav')].map(node => node.getAttribute('aria-label'));
        if (names.some(name => !name) || new Set(names).size < names.length) found.push(names);"""),
    "1.3.1 tables": _script("""
        for (const table of document.querySelectorAll('table')) {
          if (!table.querySelector('thead th[scope=col]')) found.push(tell(table));
          for (const row of table.tBodies[0].rows) if (!row.querySelector('th[scope=row]')) found.push(tell(row));
        }"""),
    "1.1.1 pictures": _script("""
        for (const node of document.querySelectorAll('img:not([alt])')) found.push(tell(node));"""),
    "2.4.2 title": _script("if (!document.title.includes('Beatbook')) found.push(document.title);"),
    "2.4.4, 4.1.2 names": _script("""
        for (const node of document.querySelectorAll('a, button, summary, [role=region]')) {
          const name = node.getAttribute('aria-label') || node.textContent.trim();
          if (!name) found.push(tell(node));
        }
        for (const node of document.querySelectorAll('input, textarea, select'))
          if (!node.labels?.length && !node.getAttribute('aria-label')) found.push(tell(node));"""),
    "2.1.1 scrolled by keyboard": _script("""
        for (const node of document.querySelectorAll('main *'))
          if (/auto|scroll/.test(getComputedStyle(node).overflowX) && node.tabIndex < 0) found.push(tell(node));"""),
    "2.5.8 targets": _script("""
        for (const node of document.querySelectorAll('a, button, summary')) {
          if (!shown(node)) continue;
          const box = node.getBoundingClientRect();
          const around = node.parentElement.closest('p, li, td, th, dd, .title');
          const inText = around && around.textContent.trim() !== node.textContent.trim();
          const centre = [box.x + box.width / 2, box.y + box.height / 2];
          const near = [...document.querySelectorAll('a, button, summary')].some(other => {
            if (other === node || !shown(other)) return false;
            const place = other.getBoundingClientRect();
            const gap = (low, high, at) => Math.max(low - at, 0, at - high);
            return Math.hypot(gap(place.left, place.right, centre[0]), gap(place.top, place.bottom, centre[1])) < 12;
          });
          if ((box.width < 24 || box.height < 24) && near && !inText) found.push([box.width, box.height, tell(node)]);
        }"""),
    "3.1.2 languages and directions": _script("""
        for (const node of document.querySelectorAll('[lang]'))
          if (!/^$|^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(node.lang)) found.push(tell(node));
        const heading = document.querySelector('main h1');
        if (getComputedStyle(document.body).direction !== document.documentElement.dir) found.push('dir');
        if (!heading) found.push('no heading');"""),
    "4.1.1 ids": _script("""
        const ids = [...document.querySelectorAll('[id]')].map(node => node.id);
        if (new Set(ids).size < ids.length) found.push(ids);
        for (const node of document.querySelectorAll('[aria-labelledby]'))
          for (const id of node.getAttribute('aria-labelledby').split(' '))
            if (!document.getElementById(id)) found.push(id);"""),
    "no motion": _script("""
        for (const node of document.querySelectorAll('*'))
          if (getComputedStyle(node).animationName !== 'none') found.push(tell(node));"""),
}
