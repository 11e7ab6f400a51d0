// What a page prints beside what its code signs: by label, by line, and with what was laid over it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { compare } from "./officer/comparing.js";

const LINE = 27, HEIGHT = 11, VALUES = 496, LABELS = 429; // points, as a permit is set
const run = (text, x, y) => ({ text, x, y, right: x + [...text].length * HEIGHT, height: HEIGHT });
const price = { name: "contract_price", label: { zh: "合同价格", en: "" }, value: { zh: "5,280万元", en: "" } };
const period = { name: "validity", label: { zh: "有效期", en: "" }, value: { zh: "2026-05-02至2029-05-01", en: "" } };
const type = { name: "certificate_type", label: { zh: "证照类型", en: "" }, value: { zh: "建筑工程施工许可证", en: "" } };
const printed = (value) => [run("合同价格", LABELS, LINE), run(value, VALUES, LINE)];
const stateOf = (fact, items) => compare([fact], items)[0]?.state;

const CASES = {
  "the same words are the same": [price, printed("5,280万元"), "same"],
  "width and blanks are no difference": [price, printed("５,280 万 元"), "same"],
  "another amount differs": [price, printed("9,280万元"), "differs"],
  "a line struck out differs from what is signed": [price, printed("／"), "differs"],
  "an empty line differs": [price, [run("合同价格", LABELS, LINE), run("合同工期", LABELS, 0)], "differs"],
  "a value in two lines is read whole": [
    price, [run("合同价格", LABELS, LINE), run("5,280", VALUES, LINE + 6), run("万元", VALUES, LINE - 6)], "same",
  ],
  "what was laid over the line counts": [
    price, [...printed("5,280万元"), run("合同工期", LABELS, 0), run("9", VALUES, LINE)], "differs",
  ],
  "what stands in another column does not count": [
    price, [...printed("5,280万元"), run("注意事项", 20, 0), run("九", VALUES + 200, LINE)], "same",
  ],
  "a value moved to the end of the file is found by its line": [
    price, [run("合同价格", LABELS, LINE), run("合同工期", LABELS, 0), run("5,280万元", VALUES, LINE)], "same",
  ],
  "a false line beside a genuine one that nobody sees differs": [
    price, [...printed("9,280万元"), run("合同工期", LABELS, 0), run("合同价格", 20, 2), run("5,280万元", 90, 2)], "differs",
  ],
  "a false line behind a genuine one differs": [
    price, [...printed("5,280万元"), run("合同工期", LABELS, 0), run("合同价格", 20, 300), run("9,280万元", 90, 300)], "differs",
  ],
  "a label that is printed twice with the same words is the same": [
    price, [...printed("5,280万元"), run("合同工期", LABELS, 0), run("合同价格", 20, 300), run("5,280万元", 90, 300)], "same",
  ],
  "a page without the label leaves it to the eye": [price, [run("9,280万元", VALUES, LINE)], "missing"],
  "days are the same however they are written": [
    period, [run("有效期", LABELS, LINE), run("：", VALUES - 11, LINE), run("2026年5月2日至2029年5月1日", VALUES, LINE)], "same",
  ],
  "a validity that is not printed is not compared": [period, printed("5,280万元"), undefined],
  "a title set wide is the type": [type, [run("建 筑 工 程 施 工 许 可 证", 89, 460)], "same"],
  "another title leaves it to the eye": [type, [run("建设工程规划许可证", 89, 460)], "missing"],
};

for (const [name, [fact, items, state]] of Object.entries(CASES)) {
  test(name, () => assert.equal(stateOf(fact, items), state));
}
