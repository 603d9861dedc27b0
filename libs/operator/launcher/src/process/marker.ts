/** Environment variable that marks every process of a run with the path of its run file. */
export const markerVariable = 'WEFT_RUN_FILE';
