/** The keys of a walk: on the wall, and with one photo large. */

import type { Key } from "../../core/keys";
import { has } from "../../core/session";
import type { Inspection } from "./inspection";
import { text } from "./texts";

const PAN_PX = 80;

/** Keys that work on the wall and large alike; who only looks has those to look by. */
function ofWalk(page: Inspection): Key[] {
  const notable = { keys: ["n"], told: () => text("keyNotable"), run: () => page.nextNotable() };
  return has("supervisor") ? [notable, ...deciding(page)] : [notable];
}

function deciding(page: Inspection): Key[] {
  return [
    { keys: ["a"], told: () => text("keyApprove"), run: () => page.decide("approved") },
    { keys: ["r"], told: () => text("keyReturn"), run: () => page.ask("returned") },
    { keys: ["t"], told: () => text("keyRetake"), run: () => page.ask("retake") },
    { keys: ["f"], told: () => text("keyFinding"), run: () => page.raise() },
    { keys: ["x"], told: () => text("keyWaive"), run: () => page.waive() },
    { keys: ["u"], told: () => text("keyUndo"), run: () => void page.undo() },
    { keys: ["]"], told: () => text("keyNextWalk"), run: () => page.goTo(page.neighbours.next) },
    { keys: ["["], told: () => text("keyPreviousWalk"), run: () => page.goTo(page.neighbours.previous) },
  ];
}

export function wallKeys(page: Inspection): Key[] {
  return [
    { keys: ["j", "ArrowRight"], told: () => text("keyNext"), run: () => page.choose(page.at + 1) },
    { keys: ["k", "ArrowLeft"], told: () => text("keyPrevious"), run: () => page.choose(page.at - 1) },
    { keys: ["Enter"], told: () => text("keyOpen"), run: () => page.stop && page.open(page.stop.shot.id) },
    ...ofWalk(page),
    ...(has("supervisor") ? ofSteps(page) : []),
  ];
}

function ofSteps(page: Inspection): Key[] {
  return [
    { keys: ["B"], told: () => text("keyBulk"), run: () => page.walkSteps.askBulk() },
    { keys: ["A"], told: () => text("keyApproveWalk"), run: () => void page.walkSteps.approve() },
    { keys: ["R"], told: () => text("keyReturnWalk"), run: () => page.walkSteps.askReturn() },
    { keys: ["q", "Escape"], told: () => text("keyQueue"), run: () => page.toQueue() },
  ];
}

export function largeKeys(page: Inspection): Key[] {
  const pan = (x: number, y: number): void => page.stage?.view((look) => look.pan(x, y));
  const isNear = page.stage?.look.isNear ?? false;
  // A photo that is larger than its place is moved by the arrows; else they lead on.
  const arrows: Key[] = isNear
    ? [
        { keys: ["ArrowLeft"], told: () => "←", run: () => pan(PAN_PX, 0) },
        { keys: ["ArrowRight"], told: () => "→", run: () => pan(-PAN_PX, 0) },
        { keys: ["ArrowUp"], told: () => "↑", run: () => pan(0, PAN_PX) },
        { keys: ["ArrowDown"], told: () => "↓", run: () => pan(0, -PAN_PX) },
      ]
    : [];
  return [
    ...arrows,
    { keys: ["j", "ArrowRight"], told: () => text("keyNext"), run: () => page.next() },
    { keys: ["k", "ArrowLeft"], told: () => text("keyPrevious"), run: () => page.previous() },
    ...ofWalk(page),
    { keys: ["c"], told: () => text("keyCompare"), run: () => (page.isComparing = !page.isComparing) },
    { keys: ["z"], told: () => text("keyZoom"), run: () => page.stage?.view((look) => look.toggle()) },
    { keys: ["+", "="], told: () => text("keyIn"), run: () => page.stage?.view((look) => look.nearer()) },
    { keys: ["-"], told: () => text("keyOut"), run: () => page.stage?.view((look) => look.farther()) },
    { keys: ["."], told: () => text("keyRight"), run: () => page.stage?.view((look) => look.turn(1)) },
    { keys: [","], told: () => text("keyLeft"), run: () => page.stage?.view((look) => look.turn(-1)) },
    { keys: ["w", "Escape"], told: () => text("keyWall"), run: () => page.close() },
  ];
}
