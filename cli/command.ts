import type { OperandSpec, OptionSpecs } from "./options.ts";
import type { Session } from "./session.ts";

/** A command of the program. */
export interface Command {
  readonly name: string;
  /** What it does, in a few words. */
  readonly summary: string;
  readonly operand?: OperandSpec;
  readonly options: OptionSpecs;
  /** Command lines that people may start from, without the program. */
  readonly examples: readonly string[];
  /** Runs it; the exit code. */
  run(session: Session): Promise<number>;
}
