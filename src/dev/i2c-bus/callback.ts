/** Node's callbacks: an error, or null and the values. */
export type Callback<Values extends readonly unknown[] = []> = (
  error: Error | null,
  ...values: Values
) => void;
