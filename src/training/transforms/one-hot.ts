import { z } from "zod";
import { account } from "../../memory/account.ts";
import { asTold, kind, refuse, rowOf } from "./define.ts";

export const OneHot = asTold(
  z
    .strictObject({
      type: kind("one_hot"),
      classes: z
        .int()
        .min(1)
        .meta({ description: "How many classes there are", examples: [10] }),
    })
    .meta({ description: "Every class number k as a row of zeros with a one at place k, as float64" }),
  ({ classes }, { shape, data }, pointer) => {
    account().charge(data.length * classes * Float64Array.BYTES_PER_ELEMENT);
    const result = new Float64Array(data.length * classes);
    for (let at = 0; at < data.length; at++) {
      const place = data[at];
      if (!Number.isInteger(place) || place < 0 || place >= classes) {
        throw refuse(pointer, `${rowOf(at, shape)} has ${place}, which is none of the classes 0 to ${classes - 1}`);
      }
      result[at * classes + place] = 1;
    }
    return { dtype: "float64", shape: [...shape, classes], data: result };
  },
);
