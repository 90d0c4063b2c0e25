export type Value = string | number | boolean;
export type Attributes = Readonly<Record<string, Value>>;
export type MutableAttributes = Record<string, Value>;

/** What is not known is no attribute. */
export function addKnown(to: MutableAttributes, name: string, value: Value | null | undefined): void {
  if (value !== null && value !== undefined) to[name] = value;
}

/** Attributes with a key: sets of equal keys are equal. */
export class AttributeSet {
  readonly #further = new Map<string, AttributeSet>();

  private constructor(readonly key: string, readonly attributes: Attributes) {}

  static of(attributes: Attributes): AttributeSet {
    return new AttributeSet(JSON.stringify(attributes), attributes);
  }

  /** The set with one attribute more; the same one each time. */
  with(name: string, value: string): AttributeSet {
    const key = `${this.key} ${name}=${value}`;
    let set = this.#further.get(key);
    if (set === undefined) {
      set = new AttributeSet(key, { ...this.attributes, [name]: value });
      this.#further.set(key, set);
    }
    return set;
  }
}

export const NO_ATTRIBUTES: AttributeSet = AttributeSet.of({});
