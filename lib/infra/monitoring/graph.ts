import { GraphWidget, type GraphWidgetProps, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';

/** Columns of a CloudWatch dashboard. */
export const WIDTH = 24;
const HEIGHT = 5;

export type Graph = Pick<GraphWidgetProps, 'left' | 'right' | 'leftAnnotations' | 'rightAnnotations'> & {
  readonly left: IMetric[];
};

/** Axes begin at zero, so that a small change does not look like a large one. */
export const graph = (title: string, shown: Graph, width: number): IWidget =>
  new GraphWidget({
    title,
    ...shown,
    width,
    height: HEIGHT,
    leftYAxis: { min: 0, showUnits: false },
    rightYAxis: { min: 0, showUnits: false },
  });
