/**
 * What `deno doc` knows of the module's exports, and which of them it has no words for.
 *
 * @module
 */

import { deno } from "./_published.ts";

interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly doc?: string;
  }[];
}

interface Param {
  readonly kind: string;
  readonly name?: string;
  /** Of one with a default. */
  readonly left?: Param;
}

interface Member {
  readonly name?: string;
  readonly jsDoc?: JsDoc;
  /** Of an overloaded one, only the last does, which callers cannot see. */
  readonly hasBody?: boolean;
  readonly accessibility?: "private" | "protected" | "public";
  readonly params?: readonly Param[];
  readonly functionDef?: { readonly params: readonly Param[]; readonly hasBody?: boolean };
}

interface Declaration {
  readonly kind: string;
  readonly jsDoc?: JsDoc;
  readonly def: { readonly [kind: string]: unknown; readonly params?: readonly Param[] };
}

/** All that is said of a module. */
export interface Documentation {
  /** The module's own words. */
  readonly module: JsDoc;
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly Declaration[];
  }[];
}

const MEMBERS = [
  "constructors",
  "properties",
  "methods",
  "callSignatures",
  "indexSignatures",
  "members",
];

/** Reads the documentation of `mod.ts`. */
export async function readDocumentation(): Promise<Documentation> {
  const { output } = await deno("doc", "--json", "mod.ts");
  const { nodes } = JSON.parse(output);
  const { module_doc, symbols } = nodes[new URL("../mod.ts", import.meta.url).href];
  return { module: module_doc, symbols };
}

function hasWords(jsDoc: JsDoc | undefined): boolean {
  return (jsDoc?.doc ?? "").trim() !== "";
}

/** Whether it shows how it is used, in code that can be run. */
export function hasExample(jsDoc: JsDoc | undefined): boolean {
  return (jsDoc?.tags ?? []).some(({ kind, doc }) => kind === "example" && /^```ts$/m.test(doc!));
}

function undocumentedParams(name: string, params: readonly Param[], jsDoc?: JsDoc): string[] {
  const told = (jsDoc?.tags ?? []).filter((tag) => tag.kind === "param" && tag.doc?.trim());
  return params.map((param) => (param.left ?? param).name ?? `a ${param.kind}`)
    .filter((param) => !told.some((tag) => tag.name === param))
    .map((param) => `${name}(${param})`);
}

/** The members that others can see. */
function visible(members: readonly Member[]): Member[] {
  const isBody = ({ hasBody, functionDef }: Member) => functionDef?.hasBody ?? hasBody ?? false;
  const isOverloaded = ({ name }: Member) =>
    members.some((member) => member.name === name && !isBody(member));
  return members.filter((member) =>
    member.accessibility !== "private" && !(isBody(member) && isOverloaded(member))
  );
}

function undocumentedMembers(of: string, { def, kind }: Declaration): string[] {
  if (kind !== "class" && kind !== "interface") return [];
  return MEMBERS.flatMap((kind) => visible((def[kind] ?? []) as Member[]))
    .flatMap(({ name, jsDoc, params, functionDef }) => {
      const whole = `${of}.${name ?? "()"}`;
      return [
        ...hasWords(jsDoc) ? [] : [whole],
        ...undocumentedParams(whole, functionDef?.params ?? params ?? [], jsDoc),
      ];
    });
}

/** The exports, members and parameters that nothing is said about, by name. */
export function undocumented({ symbols }: Documentation): string[] {
  return symbols.flatMap(({ name, declarations }) =>
    declarations.flatMap((declaration) => [
      ...hasWords(declaration.jsDoc) ? [] : [name],
      ...undocumentedParams(name, declaration.def.params ?? [], declaration.jsDoc),
      ...undocumentedMembers(name, declaration),
    ])
  );
}
