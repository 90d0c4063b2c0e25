/** Whether faults last as long as they may in life (scripts/faults --long), or as a test can bear. */
export function seconds(short: number, long: number): number {
  return Deno.env.get("TCPTOP_FAULTS_LONG") === "1" ? long : short;
}
