/** Synthetic rows in nettop's grammar, with addresses that are set aside for documents. */
export const HEADER =
  "time,,interface,state,bytes_in,bytes_out,rx_dupe,rx_ooo,re-tx,rtt_avg,rcvsize,tx_win,tc_class,tc_mgt,cc_algo,P,C,R,W,arch,";

/** A connection's row under HEADER. */
export function row(label: string, state = "", rx: number | "" = "", tx: number | "" = "", rtt = ""): string {
  return `12:34:56.000001,${label},en0,${state},${rx},${tx},0,0,0,${rtt},131072,65536,BE,-,cubic,-,-,-,-,so,`;
}

/** A process's row under HEADER. */
export function process(name: string, pid: number): string {
  return `12:34:56.000000,${name}.${pid},,,0,0,0,0,0,,,,,,,,,,,,`;
}
