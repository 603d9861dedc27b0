/** Rules between the fields of a WorkloadEntry: there are none; its fields are judged one by one. */

export function validateWorkloadEntry(): void {}
