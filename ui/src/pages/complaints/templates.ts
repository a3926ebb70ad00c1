/** The organisation's texts to answer with, filled with what is known of a complaint. */

import { api, data } from "../../core/api";
import { day, instant, short } from "../../core/format";
import { language, titled } from "../../core/language";
import { nameOf } from "../../core/names";
import { person } from "../../core/session";
import { word } from "../../core/words";
import type { ComplaintView } from "../../generated/api";
import { bodyOf, tierOf } from "./body";

export interface Template {
  key: string;
  title: string;
  text: string;
}

/** Those in the language of the moment; what is not known of a complaint is left out. */
export async function templatesFor(view: ComplaintView): Promise<Template[]> {
  const { templates } = await data(api.GET("/api/v1/answer-templates"));
  const known = valuesOf(view);
  return templates.map((one) => ({
    key: one.key,
    title: titled(one.titles),
    text: (one.texts[language()] ?? titled(one.texts)).replace(/\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole),
  }));
}

function valuesOf(view: ComplaintView): Record<string, string> {
  const body = bodyOf(view);
  const clock = body.clock;
  return {
    // A complaint that was taken down at a desk has no number of its own.
    number: body.reference ?? short(view.record.id),
    site: nameOf(view.record.site),
    area: nameOf(body.area),
    date: clock ? day(clock.occurred) : "",
    tier: word("tier", tierOf(view)),
    deadline: clock?.resolve_by ? instant(clock.resolve_by) : "",
    staff: person().name,
  };
}
