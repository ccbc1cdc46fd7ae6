// The lexicons and the rich text of the official client as judges: a question in JSON a line, an answer a line.
// {record|input|output|params: NSID, value} is answered by {said: ""} or what is wrong; {facets: TEXT} by its facets.
import { createInterface } from "node:readline";
import { RichText, jsonToLex, lexicons } from "@atproto/api";

const judges = {
  record: (nsid, value) => lexicons.assertValidRecord(nsid, value),
  input: (nsid, value) => lexicons.assertValidXrpcInput(nsid, value),
  output: (nsid, value) => lexicons.assertValidXrpcOutput(nsid, value),
  params: (nsid, value) => lexicons.assertValidXrpcParams(nsid, value),
};

function answer(question) {
  if ("facets" in question) {
    const text = new RichText({ text: question.facets });
    text.detectFacetsWithoutResolution();
    return { facets: text.facets ?? [] };
  }
  const [kind] = Object.keys(judges).filter((name) => name in question);
  try {
    judges[kind](question[kind], jsonToLex(question.value));
    return { said: "" };
  } catch (problem) {
    return { said: String(problem.message || problem) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(answer(JSON.parse(line))));
}
