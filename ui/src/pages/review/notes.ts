/** What the codes of evidence notes are called in short; the note itself says more. */

import { texts } from "../../core/language";

const text = texts({
  "zh-CN": {
    "same-bytes": "同一文件", "near-duplicate": "几乎相同", "exif-time": "相机时间不符", "claimed-time": "时间不可能",
    "late-claim": "提交很晚", "outside-fence": "围栏之外", "gps-disagrees": "地点不符", blurred: "模糊", "too-dark": "过暗",
    "counter-gap": "编号有缺", undecodable: "打不开", "no-exif": "无相机信息",
  },
  en: {
    "same-bytes": "Same file", "near-duplicate": "Near duplicate", "exif-time": "Camera's time", "claimed-time": "Impossible time",
    "late-claim": "Late", "outside-fence": "Outside the fence", "gps-disagrees": "Places differ", blurred: "Blurred", "too-dark": "Too dark",
    "counter-gap": "Gap in numbers", undecodable: "Not a picture", "no-exif": "No camera data",
  },
});

const CODES: readonly string[] = [
  "same-bytes", "near-duplicate", "exif-time", "claimed-time", "late-claim", "outside-fence", "gps-disagrees", "blurred",
  "too-dark", "counter-gap", "undecodable", "no-exif",
];

/** A code in two words; one that a newer server sends stands as it is. */
export function noteText(code: string): string {
  return CODES.includes(code) ? text(code as "blurred") : code;
}
