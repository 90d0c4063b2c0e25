export type Value = string | number | boolean;
export type Attributes = Readonly<Record<string, Value>>;

/** Takes the attributes of one thing, each name once. */
export interface AttributeSink {
  put(name: string, value: Value): void;
}

/** Them as an object. */
export class GatheredAttributes implements AttributeSink {
  readonly attributes: Record<string, Value> = {};

  put(name: string, value: Value): void {
    this.attributes[name] = value;
  }
}

/** What is not known is no attribute. */
export function addKnown(to: AttributeSink, name: string, value: Value | null | undefined): void {
  if (value !== null && value !== undefined) to.put(name, value);
}

/** Attributes with a key: sets of equal keys are equal. */
export class AttributeSet {
  readonly #further = new Map<string, Map<string, AttributeSet>>();

  private constructor(readonly key: string, readonly attributes: Attributes) {}

  static of(attributes: Attributes): AttributeSet {
    return new AttributeSet(JSON.stringify(attributes), attributes);
  }

  /** The set with one attribute more; the same one each time. */
  with(name: string, value: string): AttributeSet {
    let sets = this.#further.get(name);
    if (sets === undefined) this.#further.set(name, sets = new Map());
    let set = sets.get(value);
    if (set === undefined) {
      set = new AttributeSet(`${this.key} ${name}=${JSON.stringify(value)}`, { ...this.attributes, [name]: value });
      sets.set(value, set);
    }
    return set;
  }
}

export const NO_ATTRIBUTES: AttributeSet = AttributeSet.of({});
